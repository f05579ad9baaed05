pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** A whole number with steps. */
T.SpinBox {
    id: root

    required property string name

    editable: true
    focusPolicy: Qt.StrongFocus
    font.family: Theme.fontFamily
    font.pixelSize: Theme.sizeControl
    implicitHeight: Theme.controlHeight
    implicitWidth: Theme.scaled(112)
    leftPadding: Theme.space3
    opacity: root.enabled ? 1 : 0.45
    rightPadding: 2 * 26 + 4

    Accessible.name: root.name

    background: Rectangle {
        border.color: root.activeFocus ? Theme.focus : root.hovered ? Theme.lineStrong : Theme.line
        border.width: root.activeFocus ? 2 : 1
        color: Theme.raised
        radius: Theme.radiusSmall
    }
    contentItem: TextInput {
        color: Theme.ink
        font: root.font
        inputMethodHints: Qt.ImhDigitsOnly
        readOnly: !root.editable
        selectByMouse: true
        selectedTextColor: Theme.selectionInk
        selectionColor: Theme.selection
        text: root.displayText
        validator: root.validator
        verticalAlignment: TextInput.AlignVCenter
    }
    down.indicator: Item {
        height: root.height
        width: 26
        x: root.width - 2 * 26 - 2

        Icon {
            anchors.centerIn: parent
            color: root.down.pressed || root.down.hovered ? Theme.ink : Theme.muted
            name: "chevronDown"
            size: 14
        }
    }
    up.indicator: Item {
        height: root.height
        width: 26
        x: root.width - 26 - 2

        Icon {
            anchors.centerIn: parent
            color: root.up.pressed || root.up.hovered ? Theme.ink : Theme.muted
            name: "chevronUp"
            size: 14
        }
    }
}
