pragma ComponentBehavior: Bound

import QtQuick
import OpenAssistant.Backend
import OpenAssistant.Theme

/** A row of the thread that shows the one reply of its level that is on the branch. */
Item {
    id: root

    required property string messageId
    required property string parentId
    required property int position
    required property int count
    required property string leftOut
    required property QtObject replies
    required property int index
    required property real columnWidth
    property bool readOnly: false
    /** The end of the thread. */
    property bool last: false

    signal linkActivated(url: string)
    signal labelsRequested(messageId: string)

    implicitHeight: column.implicitHeight

    Column {
        id: column

        anchors.horizontalCenter: parent.horizontalCenter
        width: root.columnWidth

        Repeater {
            model: root.replies

            SingleReply {
                id: reply

                count: root.count
                last: root?.last ?? false
                leftOut: root.leftOut
                objectName: "reply" + root.index
                position: root.position
                readOnly: root.readOnly
                width: Math.min(column.width, Theme.columnWidth + 2 * Theme.space10)

                onCodeCopied: text => ThreadViewModel.copyText(text)
                onContinueReplyRequested: ThreadViewModel.continueReply(reply.messageId)
                onCopyRequested: ThreadViewModel.copyMessage(reply.messageId)
                onDeleteRequested: ThreadViewModel.deleteMessage(reply.messageId)
                onLabelEdited: (label, value) => LabelsViewModel.setLabel(reply.messageId, label, value)
                onLabelsRequested: root.labelsRequested(reply.messageId)
                onLinkActivated: url => root.linkActivated(url)
                onReacted: emoji => LabelsViewModel.react(reply.messageId, emoji)
                onRegenerateRequested: ThreadViewModel.regenerate(reply.messageId)
                onSiblingRequested: step => ThreadViewModel.showSibling(reply.messageId, step)
                onSideBySideRequested: ThreadViewModel.showSideBySide(root.parentId, true)
            }
        }
    }
}
