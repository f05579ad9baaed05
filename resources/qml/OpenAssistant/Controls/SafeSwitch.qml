pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** An on/off switch with a plain text label. */
T.Switch {
    id: root

    focusPolicy: Qt.StrongFocus
    font.family: Theme.fontFamily
    font.pixelSize: Theme.sizeControl
    hoverEnabled: true
    implicitHeight: Math.max(Theme.controlHeightSmall, root.implicitContentHeight + root.topPadding + root.bottomPadding)
    implicitWidth: root.implicitContentWidth + root.leftPadding + root.rightPadding
    opacity: root.enabled ? 1 : 0.45
    padding: 2
    spacing: Theme.space2

    Accessible.name: root.text

    contentItem: SafeText {
        elide: Text.ElideRight
        font: root.font
        leftPadding: root.indicator.width + root.spacing
        text: root.text
        verticalAlignment: Text.AlignVCenter

        Accessible.ignored: true
    }
    indicator: Rectangle {
        border.color: root.checked ? Theme.accent : Theme.lineStrong
        border.width: 1
        color: root.checked ? Theme.accent : Theme.raised
        implicitHeight: Theme.scaled(20)
        implicitWidth: Theme.scaled(34)
        radius: height / 2
        x: root.mirrored ? root.width - width - root.rightPadding : root.leftPadding
        y: (root.height - height) / 2

        Rectangle {
            color: root.checked ? Theme.inkOnAccent : Theme.lineStrong
            height: parent.height - 6
            radius: height / 2
            width: height
            x: 3 + root.visualPosition * (parent.width - parent.height)
            y: 3

            Behavior on x {
                enabled: !root.down

                NumberAnimation {
                    duration: Theme.durationFast
                }
            }
        }

        FocusRing {
            radius: height / 2
            shown: root.visualFocus
        }
    }
}
