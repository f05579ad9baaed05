import QtQuick
import OpenAssistant.Theme

/** The raised rounded ground of a reply or the composer. `selected` outlines it in the accent. */
Rectangle {
    id: root

    property bool selected: false

    border.color: root.selected ? Theme.accent : Theme.line
    border.width: root.selected ? 2 : 1
    color: Theme.raised
    radius: Theme.radiusLarge
}
