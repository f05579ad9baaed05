pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** A check box with a plain text label. */
T.CheckBox {
    id: root

    focusPolicy: Qt.StrongFocus
    font.family: Theme.fontFamily
    font.pixelSize: Theme.sizeControl
    hoverEnabled: true
    implicitHeight: Math.max(Theme.controlHeightSmall, root.implicitContentHeight + root.topPadding + root.bottomPadding)
    implicitWidth: root.implicitContentWidth + root.leftPadding + root.rightPadding
    opacity: root.enabled ? 1 : 0.45
    padding: 2
    spacing: Theme.space2

    Accessible.name: root.text

    contentItem: SafeText {
        elide: Text.ElideRight
        font: root.font
        leftPadding: root.indicator.width + root.spacing
        text: root.text
        verticalAlignment: Text.AlignVCenter

        Accessible.ignored: true
    }
    indicator: Rectangle {
        border.color: root.checked ? Theme.accent : Theme.lineStrong
        border.width: root.checked ? 0 : 1.5
        color: root.checkState !== Qt.Unchecked ? Theme.accent : root.hovered ? Theme.hover : Theme.raised
        implicitHeight: Theme.scaled(18)
        implicitWidth: Theme.scaled(18)
        radius: 5
        x: root.mirrored ? root.width - width - root.rightPadding : root.leftPadding
        y: (root.height - height) / 2

        Icon {
            anchors.centerIn: parent
            color: Theme.inkOnAccent
            name: "check"
            size: 14
            strokeWidth: 2.2
            visible: root.checkState === Qt.Checked
        }

        Rectangle {
            anchors.centerIn: parent
            color: Theme.inkOnAccent
            height: 2
            visible: root.checkState === Qt.PartiallyChecked
            width: 8
        }

        FocusRing {
            radius: 7
            shown: root.visualFocus
        }
    }
}
