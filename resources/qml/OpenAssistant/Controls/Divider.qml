import QtQuick
import OpenAssistant.Theme

/** A one pixel line. */
Rectangle {
    id: root

    property bool vertical: false

    color: Theme.line
    implicitHeight: root.vertical ? 40 : 1
    implicitWidth: root.vertical ? 1 : 40

    Accessible.ignored: true
}
