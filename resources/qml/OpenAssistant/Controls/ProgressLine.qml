pragma ComponentBehavior: Bound

import QtQuick
import OpenAssistant.Theme

/** A thin progress bar. progress: 0..1, or below 0 when nobody knows. */
Item {
    id: root

    property real progress: -1
    property string name: qsTr("Progress")
    property color color: Theme.accent
    readonly property bool unknown: root.progress < 0

    implicitHeight: 4
    implicitWidth: 160

    Accessible.description: root.unknown ? "" : qsTr("%1 %").arg(Math.round(root.progress * 100))
    Accessible.name: root.name
    Accessible.role: Accessible.ProgressBar

    Rectangle {
        anchors.fill: parent
        clip: true
        color: Theme.line
        radius: height / 2

        Rectangle {
            id: bar

            property real phase: 0

            color: root.color
            height: parent.height
            radius: height / 2
            width: root.unknown ? parent.width * 0.3 : parent.width * Math.min(1, root.progress)
            x: root.unknown ? (parent.width - width) * bar.phase : 0

            SequentialAnimation on phase {
                loops: Animation.Infinite
                running: root.unknown && root.visible && Theme.motion

                NumberAnimation {
                    duration: 1100
                    easing.type: Easing.InOutSine
                    from: 0
                    to: 1
                }

                NumberAnimation {
                    duration: 1100
                    easing.type: Easing.InOutSine
                    from: 1
                    to: 0
                }
            }
        }
    }
}
