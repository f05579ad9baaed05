pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** A push button. variant: "normal", "primary", "quiet" or "danger". */
T.Button {
    id: root

    property string variant: "normal"
    property string iconName: ""
    /** Shows the icon after the text. */
    property bool iconTrailing: false
    property string toolTip: ""
    property bool small: false

    readonly property bool solid: root.variant === "primary" || root.variant === "danger"
    readonly property color inkColor: root.variant === "primary" ? Theme.inkOnAccent
                                    : root.variant === "danger" ? Theme.inkOnDanger
                                    : root.variant === "quiet" ? Theme.accentInk
                                    : Theme.ink
    readonly property color fillColor: root.variant === "primary" ? (root.down ? Theme.accentPressed : root.hovered ? Theme.accentHover : Theme.accent)
                                     : root.variant === "danger" ? (root.hovered || root.down ? Theme.dangerHover : Theme.danger)
                                     : root.down ? Theme.pressed
                                     : root.hovered ? Theme.hover
                                     : root.variant === "quiet" ? "transparent"
                                     : Theme.raised

    focusPolicy: Qt.StrongFocus
    font.family: Theme.fontFamily
    font.pixelSize: root.small ? Theme.sizeSecondary : Theme.sizeControl
    font.weight: root.solid ? Font.DemiBold : Font.Medium
    hoverEnabled: true
    implicitHeight: root.small ? Theme.controlHeightSmall : Theme.controlHeight
    implicitWidth: Math.max(root.implicitHeight, root.implicitContentWidth + root.leftPadding + root.rightPadding)
    leftPadding: root.small || root.variant === "quiet" ? Theme.space2 : Theme.space4
    opacity: root.enabled ? 1 : 0.45
    rightPadding: root.leftPadding
    spacing: 6

    Accessible.name: root.text

    Keys.onEnterPressed: root.click()
    Keys.onReturnPressed: root.click()

    background: Rectangle {
        border.color: root.solid || root.variant === "quiet" ? "transparent" : root.hovered ? Theme.lineStrong : Theme.line
        border.width: 1
        color: root.fillColor
        radius: Theme.radiusSmall

        FocusRing {
            gap: root.solid ? 4 : 2
            shown: root.visualFocus
        }
    }
    contentItem: Item {
        implicitHeight: row.implicitHeight
        implicitWidth: label.implicitWidth + (root.iconName !== "" ? icon.implicitWidth + (root.text !== "" ? root.spacing : 0) : 0)

        Row {
            id: row

            anchors.centerIn: parent
            height: parent.height
            layoutDirection: root.iconTrailing !== root.mirrored ? Qt.RightToLeft : Qt.LeftToRight
            spacing: root.spacing

            Icon {
                id: icon

                anchors.verticalCenter: parent.verticalCenter
                color: root.inkColor
                name: root.iconName
                size: root.small ? 14 : 16
                visible: root.iconName !== ""
            }

            SafeText {
                id: label

                anchors.verticalCenter: parent.verticalCenter
                color: root.inkColor
                elide: Text.ElideRight
                font: root.font
                text: root.text
                visible: root.text !== ""
                width: Math.min(implicitWidth, root.availableWidth - (root.iconName !== "" ? icon.implicitWidth + root.spacing : 0))

                Accessible.ignored: true
            }
        }
    }

    TipLoader {
        shown: root.toolTip !== "" && (root.hovered || root.visualFocus)
        text: root.toolTip
    }
}
