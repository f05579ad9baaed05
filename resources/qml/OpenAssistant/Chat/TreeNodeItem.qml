import QtQuick
import OpenAssistant.Controls
import OpenAssistant.Theme

/** One message in the tree panel: a circle for a prompt, a square for a reply; filled on the branch shown. */
Item {
    id: root

    required property string messageId
    required property bool square
    required property bool active
    required property bool current
    required property int rank
    required property bool labelled
    required property string name

    signal clicked

    implicitHeight: 24
    implicitWidth: 24

    Accessible.name: root.name
    Accessible.role: Accessible.TreeItem
    Accessible.selected: root.active

    Accessible.onPressAction: root.clicked()

    Rectangle {
        anchors.centerIn: parent
        border.color: Theme.accent
        border.width: 1.5
        color: "transparent"
        height: 22
        opacity: 0.55
        radius: root.square ? 6 : 11
        visible: root.current
        width: 22
    }

    Rectangle {
        anchors.centerIn: parent
        border.color: root.active ? Theme.accent : hover.hovered ? Theme.ink : Theme.muted
        border.width: 1.6
        color: root.active ? Theme.accent : Theme.panel
        height: 14
        radius: root.square ? 3 : 7
        width: 14

        SafeText {
            anchors.centerIn: parent
            color: root.active ? Theme.inkOnAccent : Theme.ink
            font.pixelSize: 9
            font.weight: Font.DemiBold
            text: root.rank
            visible: root.rank > 0 && root.rank < 10

            Accessible.ignored: true
        }
    }

    Rectangle {
        color: Theme.accent
        height: 5
        radius: 2.5
        visible: root.labelled
        width: 5
        x: 18
        y: 2
    }

    HoverHandler {
        id: hover

        cursorShape: Qt.PointingHandCursor
    }

    TapHandler {
        onTapped: root.clicked()
    }

    SafeToolTip {
        shown: hover.hovered
        text: root.name
    }
}
