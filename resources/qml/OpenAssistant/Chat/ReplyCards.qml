pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The replies to one prompt side by side, best first. Dropping a card on another's place ranks it there. */
ColumnLayout {
    id: root

    required property QtObject replies
    required property string heading
    required property bool streaming
    required property bool canRank
    required property bool canCollapse
    required property bool noneAcceptable
    /** Replies of this level that are not shown yet. */
    required property int hidden
    property bool readOnly: false
    /** What was not read for them, in a sentence. */
    property string leftOut: ""
    /** How much of the prompt was read for them. */
    property string read: ""

    signal placed(messageId: string, position: int)
    signal stepped(messageId: string, step: int)
    signal tieToggled(messageId: string)
    signal continued(messageId: string)
    signal chosen(messageId: string)
    signal labelEdited(messageId: string, label: string, value: int)
    signal reacted(messageId: string, emoji: string)
    signal labelsRequested(messageId: string)
    signal continueReplyRequested(messageId: string)
    signal copyRequested(messageId: string)
    signal deleteRequested(messageId: string)
    signal linkActivated(url: string)
    signal codeCopied(text: string)
    signal noneAcceptableChosen(chosen: bool)
    signal moreRequested
    signal collapseRequested
    signal moreCardsRequested

    spacing: Theme.space3

    /** Gives keyboard focus to the card of a reply. */
    function focusReply(messageId: string): void {
        for (let i = 0; i < cards.count; ++i) {
            const card = cards.itemAt(i) as ReplyCard;
            if (card?.messageId === messageId)
                card.forceActiveFocus(Qt.ShortcutFocusReason);
        }
    }

    RowLayout {
        Layout.fillWidth: true
        Layout.minimumWidth: 0
        spacing: Theme.space2

        SafeText {
            font.weight: Font.DemiBold
            objectName: "cardsHeading"
            role: "secondary"
            text: root.heading
        }

        SafeText {
            Layout.fillWidth: true
            elide: Text.ElideRight
            muted: true
            role: "secondary"
            text: [root.streaming ? qsTr("writing…") : root.canRank ? qsTr("drag to rank, best first") : "", root.read].filter(part => part !== "").join(" · ")
        }

        SafeButton {
            iconName: "refresh"
            objectName: "moreReplies"
            small: true
            text: qsTr("More replies")
            variant: "quiet"
            visible: !root.streaming && !root.readOnly

            onClicked: root.moreRequested()
        }

        SafeButton {
            objectName: "collapseCards"
            small: true
            text: qsTr("Show one")
            variant: "quiet"
            visible: root.canCollapse

            onClicked: root.collapseRequested()
        }

        SafeChip {
            checkable: true
            checked: root.noneAcceptable
            objectName: "noneAcceptable"
            text: qsTr("None is acceptable")
            visible: root.canRank && !root.readOnly

            onToggled: {
                root.noneAcceptableChosen(checked);
                checked = Qt.binding(() => root.noneAcceptable);
            }
        }
    }

    LeftOutNote {
        Layout.fillWidth: true
        text: root.leftOut
    }

    GridLayout {
        id: grid

        readonly property int wide: root.width >= Theme.scaled(560) ? 2 : 1

        Layout.fillWidth: true
        columnSpacing: Theme.space4 - 2
        columns: grid.wide
        rowSpacing: Theme.space4 - 2
        uniformCellWidths: true

        Repeater {
            id: cards

            model: root.replies

            ReplyCard {
                id: card

                Layout.fillHeight: true
                Layout.fillWidth: true
                Layout.minimumHeight: Theme.scaled(168)
                Layout.preferredWidth: 1
                objectName: "replyCard" + card.index
                rankingEnabled: root.canRank
                readOnly: root.readOnly

                onChosen: root.chosen(card.messageId)
                onCodeCopied: text => root.codeCopied(text)
                onContinueReplyRequested: root.continueReplyRequested(card.messageId)
                onContinued: root.continued(card.messageId)
                onCopyRequested: root.copyRequested(card.messageId)
                onDeleteRequested: root.deleteRequested(card.messageId)
                onDropped: (x, y) => {
                    const point = grid.mapFromItem(null, x, y);
                    const over = grid.childAt(point.x, point.y) as ReplyCard;
                    if (over && over !== card)
                        root.placed(card.messageId, over.index);
                }
                onLabelEdited: (label, value) => root.labelEdited(card.messageId, label, value)
                onLabelsRequested: root.labelsRequested(card.messageId)
                onLinkActivated: url => root.linkActivated(url)
                onNeighbourRequested: step => cards.itemAt(card.index + step)?.forceActiveFocus(Qt.TabFocusReason)
                onPlaced: position => root.placed(card.messageId, position)
                onReacted: emoji => root.reacted(card.messageId, emoji)
                onStepped: step => root.stepped(card.messageId, step)
                onTieToggled: root.tieToggled(card.messageId)
            }
        }
    }

    SafeButton {
        Layout.alignment: Qt.AlignHCenter
        iconName: "chevronDown"
        objectName: "moreCards"
        small: true
        text: qsTr("Show more (%1 hidden)").arg(root.hidden)
        visible: root.hidden > 0

        onClicked: root.moreCardsRequested()
    }
}
