pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Shapes
import QtQuick.Templates as T
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The whole tree of the conversation. Only what is in view is drawn; the arrow keys walk along it. */
Rectangle {
    id: root

    color: Theme.panel

    ColumnLayout {
        anchors.fill: parent
        anchors.bottomMargin: Theme.space4
        anchors.topMargin: Theme.space4 + 2
        spacing: Theme.space2

        SafeLabel {
            Layout.leftMargin: Theme.space4 + 2
            text: qsTr("Tree")
        }

        Flickable {
            id: view

            /** Brings the end of the branch into view. */
            function showLeaf(): void {
                view.contentX = Math.max(0, Math.min(view.contentWidth - view.width, TreeViewModel.leafX - view.width / 2));
                view.contentY = Math.max(0, Math.min(view.contentHeight - view.height, TreeViewModel.leafY - view.height * 0.7));
            }

            /** Tells the view model what can be seen. */
            function reportWindow(): void {
                TreeViewModel.setWindow(view.contentX, view.contentY, view.width, view.height);
            }

            Layout.fillHeight: true
            Layout.fillWidth: true
            Layout.verticalStretchFactor: 1000
            Layout.maximumHeight: Math.max(Theme.scaled(120), TreeViewModel.contentHeight + Theme.space4)
            activeFocusOnTab: true
            boundsBehavior: Flickable.StopAtBounds
            clip: true
            contentHeight: TreeViewModel.contentHeight
            contentWidth: TreeViewModel.contentWidth
            objectName: "treeView"

            Accessible.description: qsTr("Arrow keys move along the tree")
            Accessible.focusable: true
            Accessible.name: qsTr("Tree of the conversation")
            Accessible.role: Accessible.Tree

            Keys.onDownPressed: TreeViewModel.walk("down")
            Keys.onLeftPressed: TreeViewModel.walk("left")
            Keys.onRightPressed: TreeViewModel.walk("right")
            Keys.onUpPressed: TreeViewModel.walk("up")

            T.ScrollBar.horizontal: SafeScrollBar {}
            T.ScrollBar.vertical: SafeScrollBar {}

            FocusRing {
                gap: -3
                height: view.height
                parent: view
                shown: view.activeFocus
                width: view.width
            }

            Component.onCompleted: view.reportWindow()
            onContentXChanged: view.reportWindow()
            onContentYChanged: view.reportWindow()
            onHeightChanged: {
                view.reportWindow();
                view.showLeaf();
            }
            onWidthChanged: {
                view.reportWindow();
                view.showLeaf();
            }

            Connections {
                function onLeafMoved(): void {
                    view.showLeaf();
                }

                target: TreeViewModel
            }

            Shape {
                height: view.contentHeight
                preferredRendererType: Shape.GeometryRenderer
                width: view.contentWidth

                ShapePath {
                    fillColor: "transparent"
                    strokeColor: Theme.line
                    strokeWidth: 2

                    PathSvg {
                        path: TreeViewModel.otherLines
                    }
                }

                ShapePath {
                    fillColor: "transparent"
                    strokeColor: Theme.accent
                    strokeWidth: 2

                    PathSvg {
                        path: TreeViewModel.activeLines
                    }
                }
            }

            Repeater {
                model: TreeViewModel.nodes

                TreeNodeItem {
                    id: node

                    required property real nodeX
                    required property real nodeY

                    objectName: "node-" + node.messageId
                    x: node.nodeX - node.width / 2
                    y: node.nodeY - node.height / 2

                    onClicked: TreeViewModel.openMessage(node.messageId)
                }
            }
        }

        SafeLabel {
            Layout.leftMargin: Theme.space4 + 2
            Layout.topMargin: Theme.space5
            text: qsTr("State")
        }

        Pill {
            Layout.leftMargin: Theme.space4 + 2
            kind: "machine"
            maximumWidth: root.width - 3 * Theme.space4
            objectName: "treeState"
            text: TreeViewModel.stateText
            visible: text !== ""
        }

        SafeText {
            Layout.fillWidth: true
            Layout.leftMargin: Theme.space4 + 2
            elide: Text.ElideRight
            muted: true
            objectName: "treeSize"
            role: "secondary"
            text: TreeViewModel.sizeText
        }

        SafeText {
            Layout.fillWidth: true
            Layout.leftMargin: Theme.space4 + 2
            elide: Text.ElideRight
            muted: true
            objectName: "treeFeedback"
            role: "secondary"
            text: TreeViewModel.feedbackText
        }

        Item {
            Layout.fillHeight: true
            Layout.preferredHeight: 0
            Layout.verticalStretchFactor: 1
        }
    }
}
