pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Theme

/** A short message at the bottom of its parent, with an optional action such as Undo; goes away by itself. */
Rectangle {
    id: root

    property string text: ""
    property string actionText: ""
    property int timeoutMs: 6000
    property bool shown: false

    signal actionTriggered
    signal dismissed

    /** Shows a message, replacing the one before it. */
    function show(text: string, actionText: string): void {
        root.text = text;
        root.actionText = actionText;
        root.shown = true;
        timer.restart();
    }

    /** Hides it without the action. */
    function dismiss(): void {
        root.shown = false;
        root.dismissed();
    }

    anchors.bottom: parent?.bottom
    anchors.bottomMargin: Theme.space6
    anchors.horizontalCenter: parent?.horizontalCenter
    border.color: Theme.line
    border.width: Theme.dark ? 1 : 0
    color: Theme.dark ? Theme.pressed : Theme.ink
    height: row.implicitHeight + 2 * Theme.space2
    opacity: root.shown ? 1 : 0
    radius: Theme.radius
    visible: opacity > 0
    width: Math.min(row.implicitWidth + 2 * Theme.space4, parent ? parent.width - 2 * Theme.space4 : 400)
    z: 100

    Accessible.name: root.text
    Accessible.role: Accessible.AlertMessage

    Behavior on opacity {
        NumberAnimation {
            duration: Theme.duration
        }
    }

    HoverHandler {
        id: hover
    }

    Timer {
        id: timer

        interval: root.timeoutMs
        running: root.shown && !hover.hovered && !action.activeFocus

        onTriggered: root.dismiss()
    }

    RowLayout {
        id: row

        anchors.fill: parent
        anchors.leftMargin: Theme.space4
        anchors.rightMargin: Theme.space3
        spacing: Theme.space3

        SafeText {
            Layout.fillWidth: true
            color: Theme.dark ? Theme.ink : Theme.panel
            elide: Text.ElideRight
            maximumLineCount: 2
            role: "control"
            text: root.text
            wrapMode: Text.Wrap
        }

        ToastAction {
            id: action

            objectName: "toastAction"
            text: root.actionText
            visible: root.actionText !== ""

            onClicked: {
                root.shown = false;
                root.actionTriggered();
            }
        }
    }
}
