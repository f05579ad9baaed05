pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import OpenAssistant.Theme

/** One entry of a SafeMenu, with optional icon, shortcut text and danger colour. */
T.MenuItem {
    id: root

    property string iconName: ""
    property string shortcutText: ""
    property bool danger: false
    readonly property color inkColor: root.danger ? Theme.danger : Theme.ink

    font.family: Theme.fontFamily
    font.pixelSize: Theme.sizeControl
    hoverEnabled: true
    implicitHeight: Math.max(30, root.implicitContentHeight + root.topPadding + root.bottomPadding)
    implicitWidth: root.implicitContentWidth + root.leftPadding + root.rightPadding
    leftPadding: Theme.space2
    opacity: root.enabled ? 1 : 0.45
    padding: 5
    rightPadding: Theme.space3
    spacing: Theme.space2

    Accessible.name: root.text

    background: Rectangle {
        border.color: Theme.focus
        border.width: root.visualFocus ? 2 : 0
        color: root.down ? Theme.pressed : root.highlighted || root.hovered ? (root.danger ? Theme.dangerSoft : Theme.hover) : "transparent"
        radius: Theme.radiusSmall - 2
    }
    contentItem: RowLayout {
        spacing: root.spacing

        Icon {
            Layout.preferredWidth: Theme.scaled(18)
            color: root.danger ? Theme.danger : root.checked ? Theme.accentInk : Theme.muted
            name: root.checkable ? (root.checked ? "check" : "") : root.iconName
            size: 16
            visible: root.checkable || root.iconName !== ""
        }

        SafeText {
            Layout.fillWidth: true
            color: root.inkColor
            elide: Text.ElideRight
            font: root.font
            text: root.text

            Accessible.ignored: true
        }

        SafeText {
            Layout.leftMargin: Theme.space4
            color: Theme.mutedOnSoft
            role: "secondary"
            text: root.shortcutText
            visible: root.shortcutText !== ""
        }

        Icon {
            name: "chevronRight"
            size: 14
            visible: root.subMenu !== null
        }
    }
}
