import QtQuick
import OpenAssistant.Controls

/** Copies, and says so for a moment. */
SafeIconButton {
    id: root

    property bool done: false

    iconName: root.done ? "check" : "copy"
    name: root.done ? qsTr("Copied") : qsTr("Copy")
    objectName: "copyButton"
    small: true

    onClicked: {
        root.done = true;
        reset.restart();
    }

    Timer {
        id: reset

        interval: 1500

        onTriggered: root.done = false
    }
}
