import QtQuick
import OpenAssistant.Theme

/** The raised ground under menus, pickers and dialogs: thin line and a soft shadow of two rectangles. */
Item {
    id: root

    property real radius: Theme.radius

    Rectangle {
        anchors.fill: parent
        anchors.bottomMargin: -3
        anchors.leftMargin: -1
        anchors.rightMargin: -1
        anchors.topMargin: 1
        color: Theme.shadow
        opacity: 0.5
        radius: root.radius + 2
    }

    Rectangle {
        anchors.fill: parent
        border.color: Theme.line
        border.width: 1
        color: Theme.raised
        radius: root.radius
    }
}
