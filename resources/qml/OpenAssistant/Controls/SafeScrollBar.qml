import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** A thin scroll bar that widens under the pointer. Use as `ScrollBar.vertical: SafeScrollBar {}`. */
T.ScrollBar {
    id: root

    implicitHeight: root.implicitContentHeight + root.topPadding + root.bottomPadding
    implicitWidth: root.implicitContentWidth + root.leftPadding + root.rightPadding
    minimumSize: Math.min(0.5, 28 / Math.max(1, root.orientation === Qt.Vertical ? root.height : root.width))
    padding: 2
    visible: root.policy !== T.ScrollBar.AlwaysOff && root.size > 0 && root.size < 1

    contentItem: Rectangle {
        color: root.pressed ? Theme.muted : Theme.lineStrong
        implicitHeight: root.interactive && (root.hovered || root.pressed) ? 8 : 5
        implicitWidth: root.interactive && (root.hovered || root.pressed) ? 8 : 5
        opacity: root.pressed ? 0.9 : root.hovered ? 0.75 : root.active ? 0.55 : 0.35
        radius: Math.min(width, height) / 2

        Behavior on opacity {
            NumberAnimation {
                duration: Theme.duration
            }
        }
    }
}
