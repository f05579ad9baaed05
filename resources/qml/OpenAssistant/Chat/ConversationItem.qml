pragma ComponentBehavior: Bound

import QtQuick
import OpenAssistant.Controls
import OpenAssistant.Theme

/** One conversation of the list, or one message a search found. Right click or the menu key opens its menu. */
SafeItemDelegate {
    id: root

    required property int index
    required property string treeId
    required property string title
    required property string subtitle
    required property bool pinned
    required property bool current
    required property bool generating
    required property string messageId
    property bool readOnly: false

    signal renameRequested
    signal pinToggled
    signal exportRequested
    signal deleteRequested

    active: root.current
    font.pixelSize: Theme.scaled(14)
    implicitHeight: Theme.scaled(52)
    secondary: root.subtitle
    text: root.title

    Keys.onDeletePressed: if (!root.readOnly && root.messageId === "")
        root.deleteRequested()
    Keys.onMenuPressed: menu.popup(root, 0, root.height)

    TapHandler {
        acceptedButtons: Qt.RightButton

        onTapped: if (root.messageId === "")
            menu.popup()
    }

    Icon {
        color: Theme.accentInk
        name: "refresh"
        size: 14
        visible: root.generating

        RotationAnimator on rotation {
            duration: 1200
            from: 0
            loops: Animation.Infinite
            running: root.generating && Theme.motion
            to: 360
        }
    }

    SafeIconButton {
        iconName: "more"
        name: qsTr("Menu of %1").arg(root.title)
        objectName: "conversationMenuButton"
        small: true
        visible: root.messageId === "" && (root.hovered || root.activeFocus || menu.visible)

        onClicked: menu.popup()
    }

    SafeMenu {
        id: menu

        objectName: "conversationMenu"

        SafeMenuItem {
            enabled: !root.readOnly
            iconName: "edit"
            objectName: "menuRename"
            shortcutText: "F2"
            text: qsTr("Rename…")

            onTriggered: root.renameRequested()
        }

        SafeMenuItem {
            enabled: !root.readOnly
            iconName: "pin"
            objectName: "menuPin"
            text: root.pinned ? qsTr("Unpin") : qsTr("Pin")

            onTriggered: root.pinToggled()
        }

        SafeMenuItem {
            iconName: "export"
            objectName: "menuExport"
            text: qsTr("Export…")

            onTriggered: root.exportRequested()
        }

        SafeMenuSeparator {}

        SafeMenuItem {
            danger: true
            enabled: !root.readOnly
            iconName: "trash"
            objectName: "menuDelete"
            text: qsTr("Delete")

            onTriggered: root.deleteRequested()
        }
    }
}
