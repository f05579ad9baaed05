pragma ComponentBehavior: Bound

import QtQuick
import OpenAssistant.Theme

/** A state or score in a thin outline; where it is given less room, its text ends in dots.

    kind: "neutral", "accent", "machine", "danger", "warning".
*/
Rectangle {
    id: root

    property string text: ""
    property string kind: "neutral"
    property string iconName: ""
    property string toolTip: ""
    property real maximumWidth: Theme.scaled(260)
    /** What is no text: the space at both ends, and the icon. */
    readonly property real besides: 16 + (root.iconName !== "" ? icon.width + row.spacing : 0)
    readonly property color inkColor: root.kind === "accent" ? Theme.accentInk
                                    : root.kind === "machine" ? Theme.machine
                                    : root.kind === "danger" ? Theme.danger
                                    : root.kind === "warning" ? Theme.warning
                                    : Theme.muted

    border.color: root.kind === "machine" ? Theme.machineLine : root.kind === "neutral" ? Theme.lineStrong : root.inkColor
    border.width: 1
    color: "transparent"
    implicitHeight: label.implicitHeight + 6
    implicitWidth: Math.ceil(Math.min(label.implicitWidth, root.maximumWidth)) + root.besides
    radius: height / 2

    Accessible.description: root.toolTip
    Accessible.name: root.text
    Accessible.role: Accessible.StaticText

    HoverHandler {
        id: hover
    }

    TipLoader {
        shown: hover.hovered
        text: root.toolTip
    }

    Row {
        id: row

        anchors.centerIn: parent
        spacing: 4

        Icon {
            id: icon

            anchors.verticalCenter: parent.verticalCenter
            color: root.inkColor
            name: root.iconName
            size: 12
            visible: root.iconName !== ""
        }

        SafeText {
            id: label

            anchors.verticalCenter: parent.verticalCenter
            color: root.inkColor
            elide: Text.ElideRight
            role: "caption"
            text: root.text
            width: Math.max(0, Math.min(implicitWidth, root.maximumWidth, root.width - root.besides))

            Accessible.ignored: true
        }
    }
}
