pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Blocks
import OpenAssistant.Controls
import OpenAssistant.Documents
import OpenAssistant.Theme

/** One reply on the branch, across the text column, with its pager and what can be done with it. */
FocusScope {
    id: root

    required property string messageId
    required property BlockListModel blocks
    required property int rank
    required property int number
    required property bool tied
    required property string status
    required property string statusMedium
    required property string statusFull
    required property string details
    required property string trouble
    required property bool streaming
    required property int helpful
    required property int quality
    required property int labelCount
    required property string reactions
    required property bool liked
    required property bool disliked
    required property bool canContinue
    required property bool unfinished
    property int position: 1
    property int count: 1
    property bool readOnly: false
    /** What was not read for it, in a sentence. */
    property string leftOut: ""
    /** The end of the thread: its tools are always shown, those of others when one is at them. */
    property bool last: false

    signal siblingRequested(step: int)
    signal sideBySideRequested
    signal labelEdited(label: string, value: int)
    signal reacted(emoji: string)
    signal labelsRequested
    signal continueReplyRequested
    signal copyRequested
    signal regenerateRequested
    signal deleteRequested
    signal linkActivated(url: string)
    signal codeCopied(text: string)

    readonly property bool busyHere: hover.hovered || root.activeFocus || root.last

    implicitHeight: column.implicitHeight

    Accessible.name: qsTr("Reply, %1").arg(root.status)
    Accessible.role: Accessible.ListItem

    HoverHandler {
        id: hover
    }

    ColumnLayout {
        id: column

        anchors.left: parent.left
        anchors.right: parent.right
        spacing: Theme.space2

        LeftOutNote {
            Layout.fillWidth: true
            text: root.leftOut
        }

        BlockList {
            Layout.fillWidth: true
            blocks: root.blocks
            objectName: "replyBlocks"

            onCopyRequested: text => root.codeCopied(text)
            onLinkActivated: url => root.linkActivated(url)
        }

        SafeText {
            Layout.fillWidth: true
            color: Theme.danger
            objectName: "replyTrouble"
            role: "secondary"
            text: root.trouble
            visible: root.trouble !== ""
            wrapMode: Text.Wrap
        }

        UnfinishedNote {
            Layout.fillWidth: true
            visible: root.unfinished && root.last && !root.readOnly

            onContinueRequested: root.continueReplyRequested()
        }

        Flow {
            Layout.fillWidth: true
            spacing: Theme.space3

            RankBadge {
                number: root.number
                rank: root.rank
                tied: root.tied
                visible: root.rank > 0
            }

            ReplyStatus {
                brief: root.status
                details: root.details
                full: root.statusFull
                height: Theme.controlHeightSmall
                medium: root.statusMedium
                objectName: "replyStatus"
                visible: root.statusFull !== ""
                width: Math.min(fullWidth, root.width)
            }

            SiblingPager {
                count: root.count
                height: Theme.controlHeightSmall
                objectName: "replyPager"
                position: root.position
                what: qsTr("reply")

                onStepped: step => root.siblingRequested(step)
            }

            SafeButton {
                objectName: "sideBySide"
                opacity: root.busyHere ? 1 : 0
                small: true
                text: qsTr("Side by side")
                variant: "quiet"
                visible: root.count > 1

                onClicked: root.sideBySideRequested()
            }

            ReplyScales {
                height: Theme.controlHeightSmall
                helpful: root.helpful
                opacity: root.busyHere || root.helpful > 0 || root.quality > 0 ? 1 : 0
                quality: root.quality
                readOnly: root.readOnly
                visible: !root.streaming

                onEdited: (label, value) => root.labelEdited(label, value)
            }

            ReplyActions {
                canContinue: root.canContinue && !(root.unfinished && root.last)
                canRegenerate: true
                disliked: root.disliked
                height: Theme.controlHeightSmall
                labelCount: root.labelCount
                liked: root.liked
                opacity: root.busyHere ? 1 : 0
                readOnly: root.readOnly
                visible: !root.streaming

                onContinueRequested: root.continueReplyRequested()
                onCopyRequested: root.copyRequested()
                onDeleteRequested: root.deleteRequested()
                onDislikeToggled: root.reacted("-1")
                onLabelsRequested: root.labelsRequested()
                onLikeToggled: root.reacted("+1")
                onRegenerateRequested: root.regenerateRequested()
            }

            SafeText {
                height: Theme.controlHeightSmall
                role: "secondary"
                text: root.reactions
                verticalAlignment: Text.AlignVCenter
                visible: root.reactions !== ""
            }
        }
    }
}
