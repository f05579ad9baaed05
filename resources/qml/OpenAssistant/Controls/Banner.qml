pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Theme

/** A sentence about the state of things, with an optional action. kind: "info", "warning", "error". */
Rectangle {
    id: root

    property string kind: "info"
    property string text: ""
    property string hint: ""
    property string actionText: ""
    property bool closable: false
    readonly property color inkColor: root.kind === "error" ? Theme.danger : root.kind === "warning" ? Theme.warning : Theme.accentInk

    signal actionTriggered
    signal closed

    color: root.kind === "error" ? Theme.dangerSoft : root.kind === "warning" ? Theme.warningSoft : Theme.accentSoft
    implicitHeight: row.implicitHeight + 2 * Theme.space2
    implicitWidth: row.implicitWidth + 2 * Theme.space3
    radius: Theme.radiusSmall

    Accessible.description: root.hint
    Accessible.name: root.text
    Accessible.role: Accessible.AlertMessage

    RowLayout {
        id: row

        anchors.fill: parent
        anchors.bottomMargin: Theme.space2
        anchors.leftMargin: Theme.space3
        anchors.rightMargin: Theme.space2
        anchors.topMargin: Theme.space2
        spacing: Theme.space2

        Icon {
            Layout.alignment: Qt.AlignTop
            Layout.topMargin: 2
            color: root.inkColor
            name: root.kind === "error" ? "error" : root.kind === "warning" ? "warning" : "info"
            size: 18
        }

        ColumnLayout {
            Layout.fillWidth: true
            spacing: 2

            SafeText {
                Layout.fillWidth: true
                elide: Text.ElideRight
                maximumLineCount: 6
                role: "control"
                text: root.text
                wrapMode: Text.Wrap
            }

            SafeText {
                Layout.fillWidth: true
                color: Theme.mutedOnSoft
                elide: Text.ElideRight
                maximumLineCount: 6
                role: "secondary"
                text: root.hint
                visible: root.hint !== ""
                wrapMode: Text.Wrap
            }
        }

        SafeButton {
            objectName: "bannerAction"
            small: true
            text: root.actionText
            visible: root.actionText !== ""

            onClicked: root.actionTriggered()
        }

        SafeIconButton {
            iconName: "close"
            name: qsTr("Close")
            objectName: "bannerClose"
            small: true
            visible: root.closable

            onClicked: root.closed()
        }
    }
}
