pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import OpenAssistant.Controls
import OpenAssistant.Documents
import OpenAssistant.Theme

/** Source code: label, copy button, always left to right, scrolls sideways, long code behind "show all". */
BlockFrame {
    id: root

    required property string markup
    /** The last lines of code that is still being written; they change while `markup` rests. */
    required property string tail
    required property string label
    required property bool wraps
    required property int hiddenLines
    required property int row
    required property BlockListModel blocks
    property bool expanded: false

    signal copyRequested(text: string)

    LayoutMirroring.childrenInherit: true
    LayoutMirroring.enabled: false

    Rectangle {
        border.color: Theme.line
        border.width: 1
        color: Theme.code
        implicitHeight: column.implicitHeight + 1
        implicitWidth: Math.max(header.implicitWidth, code.implicitWidth) + 2 * Theme.space3
        radius: Theme.radius
        width: parent.width

        ColumnLayout {
            id: column

            spacing: 0
            width: parent.width

            RowLayout {
                id: header

                Layout.fillWidth: true
                Layout.leftMargin: Theme.space3
                Layout.rightMargin: Theme.space1
                Layout.bottomMargin: 2
                Layout.topMargin: Theme.space1

                SafeText {
                    Layout.fillWidth: true
                    elide: Text.ElideRight
                    muted: true
                    objectName: "codeLabel"
                    role: "secondary"
                    text: root.label !== "" ? root.label : qsTr("code")
                }

                CopyButton {
                    onClicked: root.copyRequested(root.blocks.copyText(root.row))
                }
            }

            Flickable {
                id: flick

                Layout.bottomMargin: Theme.space2
                Layout.fillWidth: true
                Layout.leftMargin: Theme.space3
                Layout.rightMargin: Theme.space3
                activeFocusOnTab: contentWidth > width
                boundsBehavior: Flickable.StopAtBounds
                clip: true
                contentHeight: texts.implicitHeight
                contentWidth: root.wraps ? width : Math.max(width, code.implicitWidth, tailLoader.implicitWidth)
                flickableDirection: Flickable.HorizontalFlick
                implicitHeight: texts.implicitHeight + (contentWidth > width ? 10 : 0)
                interactive: contentWidth > width
                visible: !root.expanded

                T.ScrollBar.horizontal: SafeScrollBar {}
                Keys.onLeftPressed: flick.contentX = Math.max(0, flick.contentX - 40)
                Keys.onRightPressed: flick.contentX = Math.min(flick.contentWidth - flick.width, flick.contentX + 40)

                Column {
                    id: texts

                    width: flick.contentWidth

                    MarkupText {
                        id: code

                        breaksLines: root.wraps
                        form: "code"
                        markup: root.markup
                        objectName: "codeText"
                        visible: root.markup !== "" || root.tail === ""
                        width: parent.width
                    }

                    Loader {
                        id: tailLoader

                        active: root.tail !== ""
                        visible: active
                        width: parent.width

                        sourceComponent: MarkupText {
                            breaksLines: root.wraps
                            form: "code"
                            markup: root.tail
                            objectName: "codeTail"
                        }
                    }
                }
            }

            ChunkList {
                Layout.bottomMargin: Theme.space2
                Layout.fillWidth: true
                Layout.leftMargin: Theme.space3
                Layout.rightMargin: Theme.space1
                active: root.expanded
                blocks: root.blocks
                mono: true
                row: root.row
            }

            Loader {
                Layout.bottomMargin: Theme.space2
                Layout.leftMargin: Theme.space1
                active: root.hiddenLines > 0
                visible: active

                sourceComponent: ShowAllButton {
                    expanded: root.expanded
                    text: root.expanded ? qsTr("Show less") : qsTr("Show all, %1 more lines").arg(root.hiddenLines.toLocaleString(Qt.locale(), "f", 0))

                    onClicked: root.expanded = !root.expanded
                }
            }
        }

        FocusRing {
            gap: 0
            radius: Theme.radius
            shown: flick.activeFocus
        }
    }
}
