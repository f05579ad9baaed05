pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Blocks
import OpenAssistant.Controls
import OpenAssistant.Documents
import OpenAssistant.Theme

/** One of several replies side by side. It has focus as a whole: number keys rank it, T ties it. */
FocusScope {
    id: root

    required property int index
    required property string messageId
    required property BlockListModel blocks
    required property int number
    required property int rank
    required property bool tied
    required property string status
    required property string statusMedium
    required property string statusFull
    required property string details
    required property string trouble
    required property bool streaming
    required property bool selected
    required property bool canRank
    required property int helpful
    required property int quality
    required property int labelCount
    required property string reactions
    required property bool liked
    required property bool disliked
    required property bool canContinue
    required property bool unfinished
    /** The level as a whole can be ranked now. */
    property bool rankingEnabled: false
    property bool readOnly: false

    readonly property bool rankable: root.canRank && root.rankingEnabled && !root.readOnly

    signal placed(position: int)
    signal stepped(step: int)
    signal tieToggled
    signal dropped(x: real, y: real)
    signal continued
    signal chosen
    signal labelEdited(label: string, value: int)
    signal reacted(emoji: string)
    signal labelsRequested
    signal continueReplyRequested
    signal copyRequested
    signal deleteRequested
    signal linkActivated(url: string)
    signal codeCopied(text: string)
    signal neighbourRequested(step: int)

    activeFocusOnTab: true
    implicitHeight: content.implicitHeight + 2 * Theme.space3
    z: drag.active ? 2 : 0

    Accessible.description: root.rankable ? qsTr("Number keys or Alt with the arrows rank it, T ties it with the one above") : ""
    Accessible.focusable: true
    Accessible.name: qsTr("Reply %1, %2, %3").arg(root.number).arg(root.rank > 0 ? qsTr("rank %1").arg(root.rank) : qsTr("not ranked")).arg(root.status)
    Accessible.role: Accessible.ListItem

    Keys.onPressed: event => {
        const digit = event.key - Qt.Key_0;
        const alt = event.modifiers & Qt.AltModifier;
        event.accepted = true;
        if (alt && event.key === Qt.Key_Up && root.rankable)
            root.stepped(-1);
        else if (alt && event.key === Qt.Key_Down && root.rankable)
            root.stepped(1);
        else if (!event.modifiers && digit >= 1 && digit <= 9 && root.rankable)
            root.placed(digit - 1);
        else if (!event.modifiers && event.key === Qt.Key_T && root.rankable)
            root.tieToggled();
        else if (!event.modifiers && (event.key === Qt.Key_Return || event.key === Qt.Key_Enter) && !root.streaming)
            root.continued();
        else if (!event.modifiers && event.key === Qt.Key_Space)
            root.chosen();
        else if (!event.modifiers && (event.key === Qt.Key_Left || event.key === Qt.Key_Right))
            root.neighbourRequested(event.key === Qt.Key_Left ? -1 : 1);
        else if (event.matches(StandardKey.Copy))
            root.copyRequested();
        else
            event.accepted = false;
    }

    Card {
        id: card

        height: root.height
        opacity: drag.active ? 0.92 : 1
        selected: root.selected
        width: root.width

        FocusRing {
            radius: card.radius
            shown: root.activeFocus && !root.selected
        }

        TapHandler {
            onTapped: {
                root.forceActiveFocus(Qt.MouseFocusReason);
                root.chosen();
            }
        }

        HoverHandler {
            id: hover
        }

        ColumnLayout {
            id: content

            anchors.fill: parent
            anchors.margins: Theme.space3
            spacing: Theme.space2

            RowLayout {
                id: header

                Layout.fillWidth: true
                spacing: Theme.space2

                DragHandler {
                    id: drag

                    acceptedDevices: PointerDevice.Mouse | PointerDevice.TouchPad | PointerDevice.Stylus
                    cursorShape: drag.active ? Qt.ClosedHandCursor : Qt.OpenHandCursor
                    enabled: root.rankable
                    target: card

                    onActiveChanged: {
                        if (drag.active)
                            return;
                        const middle = card.mapToItem(null, card.width / 2, card.height / 2);
                        card.x = 0;
                        card.y = 0;
                        root.dropped(middle.x, middle.y);
                    }
                }

                RankBadge {
                    number: root.number
                    objectName: "rankBadge"
                    rank: root.rank
                    tied: root.tied
                }

                ReplyStatus {
                    Layout.fillWidth: true
                    brief: root.status
                    details: root.details
                    full: root.statusFull
                    medium: root.statusMedium
                    objectName: "replyStatus"
                    roomy: root.width >= Theme.scaled(480)
                }

                SafeText {
                    role: "secondary"
                    text: root.reactions
                    visible: root.reactions !== "" && !actions.visible
                }

                ReplyActions {
                    id: actions

                    canContinue: root.canContinue && !root.unfinished
                    disliked: root.disliked
                    labelCount: root.labelCount
                    liked: root.liked
                    readOnly: root.readOnly
                    visible: !root.streaming && (hover.hovered || root.activeFocus)

                    onContinueRequested: root.continueReplyRequested()
                    onCopyRequested: root.copyRequested()
                    onDeleteRequested: root.deleteRequested()
                    onDislikeToggled: root.reacted("-1")
                    onLabelsRequested: root.labelsRequested()
                    onLikeToggled: root.reacted("+1")
                }

                Item {
                    implicitHeight: 24
                }
            }

            BlockList {
                Layout.fillWidth: true
                blocks: root.blocks
                compact: true
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
                visible: root.unfinished && !root.readOnly

                onContinueRequested: root.continueReplyRequested()
            }

            Item {
                Layout.fillHeight: true
                Layout.minimumHeight: Theme.space3
            }

            RowLayout {
                Layout.fillWidth: true
                spacing: 0

                ReplyScales {
                    Layout.fillWidth: true
                    enabled: !root.streaming
                    helpful: root.helpful
                    quality: root.quality
                    readOnly: root.readOnly

                    onEdited: (label, value) => root.labelEdited(label, value)
                }

                SafeButton {
                    Layout.rightMargin: -Theme.space2
                    enabled: !root.streaming
                    iconName: "arrowRight"
                    iconTrailing: true
                    objectName: "continueFromHere"
                    small: true
                    text: root.width < Theme.scaled(325) ? "" : root.width < Theme.scaled(385) ? qsTr("Continue") : qsTr("Continue from here")
                    toolTip: root.width < Theme.scaled(385) ? qsTr("Continue from here") : ""
                    variant: "quiet"

                    Accessible.name: qsTr("Continue from here")

                    onClicked: root.continued()
                }
            }
        }
    }
}
