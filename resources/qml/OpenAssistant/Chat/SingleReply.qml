pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Blocks
import OpenAssistant.Controls
import OpenAssistant.Theme

/** One reply on the branch, across the text column, with its pager and what can be done with it. */
FocusScope {
    id: root

    required property string messageId
    required property QtObject blocks
    required property int rank
    required property int number
    required property bool tied
    required property string status
    required property string details
    required property string trouble
    required property bool streaming
    required property int helpful
    required property int quality
    required property int labelCount
    required property string reactions
    required property bool liked
    required property bool disliked
    property int position: 1
    property int count: 1
    property bool readOnly: false

    signal siblingRequested(step: int)
    signal sideBySideRequested
    signal labelEdited(label: string, value: int)
    signal reacted(emoji: string)
    signal labelsRequested
    signal copyRequested
    signal regenerateRequested
    signal deleteRequested
    signal linkActivated(url: string)
    signal codeCopied(text: string)

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

        Flow {
            Layout.fillWidth: true
            spacing: Theme.space3

            RankBadge {
                number: root.number
                rank: root.rank
                tied: root.tied
                visible: root.rank > 0
            }

            SafeText {
                height: Theme.controlHeightSmall
                muted: true
                objectName: "replyStatus"
                role: "secondary"
                text: root.status
                verticalAlignment: Text.AlignVCenter
                visible: text !== ""

                HoverHandler {
                    id: statusHover
                }

                SafeToolTip {
                    shown: statusHover.hovered
                    text: root.details
                }
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
                small: true
                text: qsTr("Side by side")
                variant: "quiet"
                visible: root.count > 1

                onClicked: root.sideBySideRequested()
            }

            ScaleDots {
                height: Theme.controlHeightSmall
                highText: qsTr("very helpful")
                lowText: qsTr("no help")
                name: qsTr("Helpful")
                objectName: "helpfulDots"
                readOnly: root.readOnly
                value: root.helpful
                visible: !root.streaming

                onEdited: value => root.labelEdited("helpfulness", value)
            }

            ScaleDots {
                height: Theme.controlHeightSmall
                highText: qsTr("excellent")
                lowText: qsTr("poor")
                name: qsTr("Quality")
                objectName: "qualityDots"
                readOnly: root.readOnly
                value: root.quality
                visible: !root.streaming

                onEdited: value => root.labelEdited("quality", value)
            }

            ReplyActions {
                canRegenerate: true
                disliked: root.disliked
                height: Theme.controlHeightSmall
                labelCount: root.labelCount
                liked: root.liked
                readOnly: root.readOnly
                visible: !root.streaming

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
