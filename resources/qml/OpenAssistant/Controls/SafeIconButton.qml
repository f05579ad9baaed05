pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** A button that shows only an icon; its name is spoken and shown as tooltip, so it is required. */
T.AbstractButton {
    id: root

    required property string name
    property string iconName: ""
    property string shortcut: ""
    property bool small: false
    property bool filled: false
    property color iconColor: root.checked ? Theme.accentInk : root.hovered || root.visualFocus ? Theme.ink : Theme.muted

    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    implicitHeight: Math.max(root.small ? 24 : 32, Theme.scaled(root.small ? 20 : 26))
    implicitWidth: root.implicitHeight
    opacity: root.enabled ? 1 : 0.4

    Accessible.name: root.name
    Accessible.role: Accessible.Button

    Keys.onEnterPressed: root.click()
    Keys.onReturnPressed: root.click()

    background: Rectangle {
        color: root.down ? Theme.pressed : root.checked ? Theme.accentSoft : root.hovered ? Theme.hover : "transparent"
        radius: Theme.radiusSmall

        FocusRing {
            gap: 0
            shown: root.visualFocus
        }
    }
    contentItem: Item {
        Icon {
            anchors.centerIn: parent
            color: root.iconColor
            filled: root.filled
            name: root.iconName
            size: root.small ? 16 : 18
        }
    }

    TipLoader {
        shown: root.hovered || root.visualFocus
        text: root.shortcut === "" ? root.name : root.name + "  " + root.shortcut
    }
}
