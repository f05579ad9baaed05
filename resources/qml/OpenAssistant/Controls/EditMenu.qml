pragma ComponentBehavior: Bound

import QtQuick

/** Cut, copy, paste and select all for a text item; opens on a right click or the menu key, made when first wanted.

    Declare it inside the text item: `EditMenu { editor: root }`, and call `open` from `Keys.onMenuPressed`.
*/
Item {
    id: root

    /** A TextEdit, TextInput, TextArea or TextField. */
    required property var editor

    /** Opens the menu at a point of the text item. */
    function open(x: real, y: real): void {
        loader.active = true;
        const menu = loader.item as SafeMenu;
        menu.x = x;
        menu.y = y;
        menu.open();
    }

    anchors.fill: parent

    TapHandler {
        acceptedButtons: Qt.RightButton
        acceptedDevices: PointerDevice.Mouse | PointerDevice.TouchPad
        gesturePolicy: TapHandler.ReleaseWithinBounds

        onTapped: point => root.open(point.position.x, point.position.y)
    }

    Loader {
        id: loader

        active: false

        sourceComponent: SafeMenu {
            id: menu

            objectName: "editMenu"

            SafeMenuItem {
                enabled: !root.editor.readOnly && root.editor.selectedText !== ""
                height: root.editor.readOnly ? 0 : implicitHeight
                text: qsTr("Cut")
                visible: !root.editor.readOnly

                onTriggered: root.editor.cut()
            }

            SafeMenuItem {
                enabled: root.editor.selectedText !== ""
                iconName: "copy"
                objectName: "editMenuCopy"
                text: qsTr("Copy")

                onTriggered: root.editor.copy()
            }

            SafeMenuItem {
                enabled: root.editor.canPaste
                height: root.editor.readOnly ? 0 : implicitHeight
                text: qsTr("Paste")
                visible: !root.editor.readOnly

                onTriggered: root.editor.paste()
            }

            SafeMenuItem {
                enabled: root.editor.length > 0
                objectName: "editMenuSelectAll"
                text: qsTr("Select all")

                onTriggered: root.editor.selectAll()
            }
        }
    }
}
