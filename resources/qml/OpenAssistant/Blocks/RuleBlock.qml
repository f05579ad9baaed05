import QtQuick
import OpenAssistant.Theme

/** A thematic break. */
BlockFrame {
    id: root

    Item {
        implicitHeight: 2 * Theme.space2 + 1
        width: parent.width

        Rectangle {
            anchors.verticalCenter: parent.verticalCenter
            color: Theme.line
            height: 1
            width: parent.width
        }
    }
}
