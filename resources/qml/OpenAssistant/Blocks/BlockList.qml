pragma ComponentBehavior: Bound

import QtQuick
import QtQml.Models
import QtQuick.Layouts
import OpenAssistant.Controls
import OpenAssistant.Documents
import OpenAssistant.Theme

/** One message: its blocks under each other. */
ColumnLayout {
    id: root

    required property BlockListModel blocks
    /** Smaller spacing, for reply cards. */
    property bool compact: false

    signal linkActivated(url: string)
    signal copyRequested(text: string)

    /** Space above a block: none above the first, little between the items of a tight list. */
    function spaceAbove(row: int, kind: string, tight: bool): int {
        if (row === 0)
            return 0;
        if (tight)
            return 3;
        if (kind === "heading")
            return root.compact ? Theme.space3 : Theme.space5;
        return root.compact ? Theme.space2 : Theme.space3;
    }

    spacing: 0

    Repeater {
        model: root.blocks

        delegate: DelegateChooser {
            role: "kind"

            DelegateChoice {
                roleValue: "paragraph"

                ParagraphBlock {
                    required property int index
                    required property bool tight

                    Layout.fillWidth: true
                    Layout.topMargin: root.spaceAbove(index, "paragraph", tight)

                    onLinkActivated: url => root.linkActivated(url)
                }
            }

            DelegateChoice {
                roleValue: "heading"

                HeadingBlock {
                    required property int index

                    Layout.fillWidth: true
                    Layout.topMargin: root.spaceAbove(index, "heading", false)

                    onLinkActivated: url => root.linkActivated(url)
                }
            }

            DelegateChoice {
                roleValue: "code"

                CodeBlock {
                    required property int index

                    Layout.fillWidth: true
                    Layout.topMargin: root.spaceAbove(index, "code", false)
                    blocks: root.blocks
                    row: index

                    onCopyRequested: text => root.copyRequested(text)
                }
            }

            DelegateChoice {
                roleValue: "table"

                TableBlock {
                    required property int index

                    Layout.fillWidth: true
                    Layout.topMargin: root.spaceAbove(index, "table", false)
                    blocks: root.blocks
                    row: index

                    onCopyRequested: text => root.copyRequested(text)
                    onLinkActivated: url => root.linkActivated(url)
                }
            }

            DelegateChoice {
                roleValue: "math"

                MathBlock {
                    required property int index

                    Layout.fillWidth: true
                    Layout.topMargin: root.spaceAbove(index, "math", false)
                }
            }

            DelegateChoice {
                roleValue: "plain"

                PlainBlock {
                    required property int index

                    Layout.fillWidth: true
                    Layout.topMargin: root.spaceAbove(index, "plain", false)
                    blocks: root.blocks
                    row: index
                }
            }

            DelegateChoice {
                roleValue: "rule"

                RuleBlock {
                    required property int index

                    Layout.fillWidth: true
                    Layout.topMargin: root.spaceAbove(index, "rule", false)
                }
            }

            DelegateChoice {
                roleValue: "error"

                ErrorBlock {
                    required property int index

                    Layout.fillWidth: true
                    Layout.topMargin: root.spaceAbove(index, "error", false)
                }
            }
        }
    }

    SafeButton {
        Layout.topMargin: Theme.space2
        iconName: "chevronDown"
        objectName: "showMoreBlocks"
        small: true
        text: qsTr("Show more, %1 blocks follow").arg(root.blocks.hiddenCount)
        variant: "quiet"
        visible: root.blocks.hiddenCount > 0

        onClicked: root.blocks.showMore()
    }
}
