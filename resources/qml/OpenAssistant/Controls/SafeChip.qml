pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** A small outlined choice, as "4 replies" under the composer. Checkable when `checkable`. */
T.AbstractButton {
    id: root

    property string iconName: ""
    property string toolTip: ""
    /** Shows a small arrow: pressing it opens a menu. */
    property bool opensMenu: false
    /** The text is cut beyond it. */
    property real maximumTextWidth: Theme.scaled(220)
    readonly property color inkColor: root.checked ? Theme.accentInk : root.hovered ? Theme.ink : Theme.muted

    focusPolicy: Qt.StrongFocus
    font.family: Theme.fontFamily
    font.pixelSize: Theme.sizeSecondary
    hoverEnabled: true
    implicitHeight: Theme.controlHeightSmall
    implicitWidth: Math.max(root.implicitHeight, root.implicitContentWidth + root.leftPadding + root.rightPadding)
    leftPadding: 10
    opacity: root.enabled ? 1 : 0.45
    rightPadding: root.opensMenu ? 6 : 10
    spacing: 4

    Accessible.checkable: root.checkable
    Accessible.checked: root.checked
    Accessible.name: root.text
    Accessible.role: root.opensMenu ? Accessible.ButtonMenu : root.checkable ? Accessible.CheckBox : Accessible.Button

    Keys.onEnterPressed: root.click()
    Keys.onReturnPressed: root.click()

    background: Rectangle {
        border.color: root.checked ? Theme.accent : Theme.lineStrong
        border.width: 1
        color: root.down ? Theme.pressed : root.checked ? Theme.accentSoft : root.hovered ? Theme.hover : "transparent"
        opacity: root.checked || root.hovered || root.visualFocus ? 1 : 0.75
        radius: height / 2

        FocusRing {
            radius: height / 2
            shown: root.visualFocus
        }
    }
    contentItem: Row {
        spacing: root.spacing

        Icon {
            anchors.verticalCenter: parent.verticalCenter
            color: root.inkColor
            name: root.iconName
            size: 14
            visible: root.iconName !== ""
        }

        SafeText {
            anchors.verticalCenter: parent.verticalCenter
            color: root.inkColor
            elide: Text.ElideRight
            font: root.font
            text: root.text
            width: Math.min(implicitWidth, root.maximumTextWidth)

            Accessible.ignored: true
        }

        Icon {
            anchors.verticalCenter: parent.verticalCenter
            color: root.inkColor
            name: "chevronDown"
            size: 12
            visible: root.opensMenu
        }
    }

    TipLoader {
        shown: root.toolTip !== "" && (root.hovered || root.visualFocus)
        text: root.toolTip
    }
}
