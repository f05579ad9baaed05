pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** A horizontal slider. */
T.Slider {
    id: root

    required property string name

    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    implicitHeight: Theme.controlHeightSmall
    implicitWidth: 160
    opacity: root.enabled ? 1 : 0.45

    Accessible.name: root.name

    background: Rectangle {
        color: Theme.line
        height: 4
        radius: 2
        width: root.availableWidth
        x: root.leftPadding
        y: root.topPadding + (root.availableHeight - height) / 2

        Rectangle {
            color: Theme.accent
            height: 4
            radius: 2
            width: root.visualPosition * parent.width
        }
    }
    handle: Rectangle {
        border.color: root.hovered || root.pressed ? Theme.accent : Theme.lineStrong
        border.width: 1.5
        color: Theme.raised
        implicitHeight: 16
        implicitWidth: 16
        radius: 8
        x: root.leftPadding + root.visualPosition * (root.availableWidth - width)
        y: root.topPadding + (root.availableHeight - height) / 2

        FocusRing {
            radius: height / 2
            shown: root.visualFocus
        }
    }
}
