pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** A page of the rail: icon over caption. Make it checkable and exclusive through a ButtonGroup or a binding. */
T.AbstractButton {
    id: root

    property string iconName: ""
    property string shortcut: ""
    readonly property color inkColor: root.checked ? Theme.accentInk : root.hovered ? Theme.ink : Theme.muted

    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    implicitHeight: well.height + 2 + label.implicitHeight + 8
    implicitWidth: Theme.scaled(56)

    Accessible.name: root.text
    Accessible.role: Accessible.PageTab
    Accessible.selected: root.checked

    Keys.onEnterPressed: root.click()
    Keys.onReturnPressed: root.click()

    contentItem: Item {
        Rectangle {
            id: well

            anchors.horizontalCenter: parent.horizontalCenter
            color: root.checked ? Theme.accentSoft : root.hovered ? Theme.hover : "transparent"
            height: Math.max(32, Theme.scaled(26))
            radius: Theme.radius
            width: Math.max(42, Theme.scaled(34))

            Icon {
                anchors.centerIn: parent
                color: root.inkColor
                name: root.iconName
            }

            FocusRing {
                gap: 0
                radius: Theme.radius
                shown: root.visualFocus
            }
        }

        SafeText {
            id: label

            anchors.horizontalCenter: parent.horizontalCenter
            anchors.top: well.bottom
            anchors.topMargin: 4
            color: root.inkColor
            role: "caption"
            text: root.text

            Accessible.ignored: true
        }
    }

    TipLoader {
        beside: true
        shown: root.shortcut !== "" && (root.hovered || root.visualFocus)
        text: root.text + "  " + root.shortcut
    }
}
