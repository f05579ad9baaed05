pragma ComponentBehavior: Bound

import QtQuick
import OpenAssistant.Backend

/** A row of the thread that shows the replies to one prompt side by side. */
Item {
    id: root

    required property string parentId
    required property string heading
    required property bool streaming
    required property bool canRank
    required property bool canCollapse
    required property bool noneAcceptable
    required property int hidden
    required property string leftOut
    required property string read
    required property QtObject replies
    required property int index
    required property real columnWidth
    property bool readOnly: false

    signal linkActivated(url: string)
    signal labelsRequested(messageId: string)

    implicitHeight: cards.implicitHeight

    Connections {
        function onReplyFocusRequested(messageId: string): void {
            cards.focusReply(messageId);
        }

        target: RankingViewModel
    }

    ReplyCards {
        id: cards

        anchors.horizontalCenter: parent.horizontalCenter
        canCollapse: root.canCollapse
        canRank: root.canRank
        heading: root.heading
        leftOut: root.leftOut
        read: root.read
        hidden: root.hidden
        noneAcceptable: root.noneAcceptable
        objectName: "cards" + root.index
        readOnly: root.readOnly
        replies: root.replies
        streaming: root.streaming
        width: root.columnWidth

        onChosen: messageId => ThreadViewModel.choose(messageId)
        onCodeCopied: text => ThreadViewModel.copyText(text)
        onCollapseRequested: ThreadViewModel.showSideBySide(root.parentId, false)
        onContinueReplyRequested: messageId => ThreadViewModel.continueReply(messageId)
        onContinued: messageId => ThreadViewModel.continueFrom(messageId)
        onCopyRequested: messageId => ThreadViewModel.copyMessage(messageId)
        onDeleteRequested: messageId => ThreadViewModel.deleteMessage(messageId)
        onLabelEdited: (messageId, label, value) => LabelsViewModel.setLabel(messageId, label, value)
        onLabelsRequested: messageId => root.labelsRequested(messageId)
        onLinkActivated: url => root.linkActivated(url)
        onMoreCardsRequested: ThreadViewModel.showMoreCards(root.parentId)
        onMoreRequested: ThreadViewModel.regenerate(root.parentId)
        onNoneAcceptableChosen: chosen => RankingViewModel.setNoneAcceptable(root.parentId, chosen)
        onPlaced: (messageId, position) => RankingViewModel.placeReply(messageId, position)
        onReacted: (messageId, emoji) => LabelsViewModel.react(messageId, emoji)
        onStepped: (messageId, step) => RankingViewModel.stepReply(messageId, step)
        onTieToggled: messageId => RankingViewModel.toggleTie(messageId)
    }
}
