import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** A thin line between groups of menu entries. */
T.MenuSeparator {
    id: root

    implicitHeight: 9
    implicitWidth: 40
    padding: 4

    contentItem: Rectangle {
        color: Theme.line
        implicitHeight: 1
    }
}
