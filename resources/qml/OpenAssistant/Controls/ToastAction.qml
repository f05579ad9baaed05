pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** The button inside a Toast: accent text on the toast's dark ground. */
T.AbstractButton {
    id: root

    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    implicitHeight: Theme.controlHeightSmall
    implicitWidth: label.implicitWidth + 2 * Theme.space2

    Accessible.name: root.text
    Accessible.role: Accessible.Button

    Keys.onEnterPressed: root.click()
    Keys.onReturnPressed: root.click()

    background: Rectangle {
        border.color: root.visualFocus ? label.color : "transparent"
        border.width: 2
        color: root.hovered ? "#24ffffff" : "transparent"
        radius: Theme.radiusSmall - 2
    }
    contentItem: SafeText {
        id: label

        color: Theme.dark ? Theme.accentInk : "#8fd0c3"
        font.weight: Font.DemiBold
        horizontalAlignment: Text.AlignHCenter
        role: "control"
        text: root.text
        verticalAlignment: Text.AlignVCenter

        Accessible.ignored: true
    }
}
