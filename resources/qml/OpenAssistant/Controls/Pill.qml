pragma ComponentBehavior: Bound

import QtQuick
import OpenAssistant.Theme

/** A state or score in a thin outline. kind: "neutral", "accent", "machine", "danger", "warning". */
Rectangle {
    id: root

    property string text: ""
    property string kind: "neutral"
    property string iconName: ""
    property string toolTip: ""
    property real maximumWidth: Theme.scaled(260)
    readonly property color inkColor: root.kind === "accent" ? Theme.accentInk
                                    : root.kind === "machine" ? Theme.machine
                                    : root.kind === "danger" ? Theme.danger
                                    : root.kind === "warning" ? Theme.warning
                                    : Theme.muted

    border.color: root.kind === "machine" ? Theme.machineLine : root.kind === "neutral" ? Theme.lineStrong : root.inkColor
    border.width: 1
    color: "transparent"
    implicitHeight: label.implicitHeight + 6
    implicitWidth: row.implicitWidth + 16
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
            width: Math.min(implicitWidth, root.maximumWidth)

            Accessible.ignored: true
        }
    }
}
