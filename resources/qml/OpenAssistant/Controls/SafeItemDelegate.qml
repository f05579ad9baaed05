pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import OpenAssistant.Theme

/** A row of a list: title, secondary line, optional icon and trailing items (children go to the right). */
T.ItemDelegate {
    id: root

    property string secondary: ""
    property string iconName: ""
    property bool active: root.highlighted
    property bool strong: root.active
    property string toolTip: ""
    default property alias trailing: trailingRow.data

    readonly property color secondaryColor: root.active || root.hovered || root.down ? Theme.mutedOnSoft : Theme.muted

    focusPolicy: Qt.StrongFocus
    font.family: Theme.fontFamily
    font.pixelSize: Theme.sizeBody
    hoverEnabled: true
    implicitHeight: Math.max(Theme.controlHeight, root.implicitContentHeight + root.topPadding + root.bottomPadding)
    implicitWidth: Math.max(120, root.implicitContentWidth + root.leftPadding + root.rightPadding)
    leftPadding: Theme.space3
    opacity: root.enabled ? 1 : 0.45
    padding: Theme.space2
    rightPadding: Theme.space2
    spacing: Theme.space2

    Accessible.name: root.secondary === "" ? root.text : root.text + ", " + root.secondary
    Accessible.role: Accessible.ListItem

    Keys.onEnterPressed: root.click()
    Keys.onReturnPressed: root.click()

    background: Rectangle {
        color: root.active ? Theme.accentSoft : root.down ? Theme.pressed : root.hovered ? Theme.hover : "transparent"
        radius: Theme.radiusSmall

        FocusRing {
            gap: -1
            shown: root.visualFocus
        }
    }
    contentItem: RowLayout {
        spacing: root.spacing

        Icon {
            color: root.active ? Theme.accentInk : Theme.muted
            name: root.iconName
            size: 18
            visible: root.iconName !== ""
        }

        ColumnLayout {
            Layout.fillWidth: true
            spacing: 2

            SafeText {
                Layout.fillWidth: true
                elide: Text.ElideRight
                font.family: root.font.family
                font.pixelSize: root.font.pixelSize
                font.weight: root.strong ? Font.DemiBold : Font.Normal
                maximumLineCount: 1
                text: root.text

                Accessible.ignored: true
            }

            SafeText {
                Layout.fillWidth: true
                color: root.secondaryColor
                elide: Text.ElideRight
                maximumLineCount: 1
                role: "secondary"
                text: root.secondary
                visible: root.secondary !== ""

                Accessible.ignored: true
            }
        }

        Row {
            id: trailingRow

            Layout.alignment: Qt.AlignVCenter
            spacing: 2
        }
    }

    TipLoader {
        shown: root.toolTip !== "" && (root.hovered || root.visualFocus)
        text: root.toolTip
    }
}
