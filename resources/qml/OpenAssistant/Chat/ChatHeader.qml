pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** Title of the conversation; the model, and how full its context is. */
Rectangle {
    id: root

    /** Where a popup of the model stands. */
    readonly property real modelX: bar.x + modelChip.x
    property bool listShown: true
    property bool treeShown: true
    property bool readOnly: false

    signal listToggled
    signal treeToggled
    signal renameRequested
    signal exportRequested
    signal modelsRequested

    color: Theme.ground
    implicitHeight: Math.max(52, Theme.controlHeight + Theme.space4)

    RowLayout {
        id: bar

        anchors.fill: parent
        anchors.leftMargin: root.listShown ? Theme.space6 + Theme.space1 : Theme.space3
        anchors.rightMargin: Theme.space3
        spacing: Theme.space2

        SafeIconButton {
            iconName: "sidebar"
            name: qsTr("Show the conversations")
            objectName: "showList"
            shortcut: "Ctrl+B"
            visible: !root.listShown

            onClicked: root.listToggled()
        }

        SafeText {
            Layout.fillWidth: true
            Layout.minimumWidth: Math.min(Theme.scaled(60), root.width * 0.12)
            elide: Text.ElideRight
            horizontalAlignment: Text.AlignLeft
            maximumLineCount: 1
            objectName: "conversationTitle"
            role: "title"
            text: ThreadViewModel.empty ? qsTr("New conversation") : ThreadViewModel.title

            Accessible.role: Accessible.Heading

            TapHandler {
                onDoubleTapped: if (!ThreadViewModel.empty && !root.readOnly)
                    root.renameRequested()
            }
        }

        Pill {
            kind: "warning"
            objectName: "readOnlyBadge"
            text: qsTr("read only")
            visible: root.readOnly
        }

        SafeChip {
            id: modelChip

            checked: ModelViewModel.ready
            maximumTextWidth: root.width < Theme.scaled(400) ? root.width * 0.26 : ModelViewModel.ready ? Theme.scaled(220) : Math.max(Theme.scaled(220), root.width * 0.36)
            opensMenu: true
            objectName: "modelChip"
            text: ModelViewModel.chipText
            toolTip: ModelViewModel.details

            Accessible.name: qsTr("Model: %1").arg(text)

            onClicked: root.modelsRequested()
        }

        Pill {
            iconName: "device"
            maximumWidth: Theme.scaled(190)
            objectName: "devicePill"
            text: ModelViewModel.deviceText
            toolTip: ModelViewModel.deviceDetails
            visible: text !== "" && root.width > Theme.scaled(840)
        }

        Pill {
            kind: ModelViewModel.contextNearlyFull ? "warning" : "neutral"
            objectName: "contextPill"
            text: ModelViewModel.contextText
            toolTip: ModelViewModel.contextNearlyFull ? qsTr("The context is nearly full; what no longer fits is left out, oldest first") : qsTr("Tokens the newest reply took with its prompt, of those the model has in view")
            visible: text !== "" && root.width > Theme.scaled(520)
        }

        SafeIconButton {
            iconName: "export"
            name: qsTr("Export the conversation")
            objectName: "exportButton"
            shortcut: "Ctrl+E"
            visible: !ThreadViewModel.empty

            onClicked: root.exportRequested()
        }

        SafeIconButton {
            checked: root.treeShown
            iconName: "tree"
            name: root.treeShown ? qsTr("Hide the tree") : qsTr("Show the tree")
            objectName: "toggleTree"
            shortcut: "Ctrl+Shift+B"
            visible: !ThreadViewModel.empty

            onClicked: root.treeToggled()
        }
    }

    Divider {
        anchors.bottom: parent.bottom
        anchors.left: parent.left
        anchors.right: parent.right
    }

    ProgressLine {
        anchors.bottom: parent.bottom
        anchors.left: parent.left
        anchors.right: parent.right
        height: 2
        name: qsTr("Loading the model")
        objectName: "loadingLine"
        progress: ModelViewModel.progress
        visible: ModelViewModel.loading
    }
}
