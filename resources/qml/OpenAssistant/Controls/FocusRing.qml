import QtQuick
import OpenAssistant.Theme

/** The visible ring of the control that has keyboard focus. Put it into a control's background. */
Rectangle {
    id: root

    property bool shown: false
    property int gap: 2

    anchors.fill: parent
    anchors.margins: -root.gap
    border.color: Theme.focus
    border.width: 2
    color: "transparent"
    radius: Theme.radiusSmall + root.gap
    visible: root.shown
    z: 10
}
