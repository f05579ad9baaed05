pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The way to a model file where the system has no file dialog of its own: a path and its folder. */
SafeDialog {
    id: root

    /** This dialog was opened last, of those that share the view model. */
    property bool asked: false

    signal chosen(path: string)

    /** Opens where it was left. */
    function ask(): void {
        OpenFileViewModel.begin();
        root.asked = true;
        root.open();
        pathField.forceActiveFocus(Qt.PopupFocusReason);
    }

    acceptText: qsTr("Open")
    canAccept: OpenFileViewModel.canOpen
    rejectText: qsTr("Cancel")
    title: qsTr("Open a model file")
    width: Math.min(Theme.scaled(560), parent ? parent.width - 2 * Theme.space6 : Theme.scaled(560))

    onAccepted: OpenFileViewModel.accept()
    onRejected: root.asked = false

    Connections {
        function onChosen(path: string): void {
            if (!root.asked)
                return;
            root.asked = false;
            root.close();
            root.chosen(path);
        }

        function onPathChanged(): void {
            if (pathField.text !== OpenFileViewModel.path)
                pathField.text = OpenFileViewModel.path;
        }

        target: OpenFileViewModel
    }

    SafeTextField {
        id: pathField

        Layout.fillWidth: true
        name: qsTr("Path of the file")
        objectName: "openFilePath"

        Keys.onDownPressed: list.forceActiveFocus(Qt.TabFocusReason)

        onSubmitted: if (root.canAccept)
            root.accept()
        onTextEdited: OpenFileViewModel.setPath(pathField.text)
    }

    ListView {
        id: list

        Layout.fillWidth: true
        activeFocusOnTab: true
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        implicitHeight: Math.min(Theme.scaled(280), root.parent ? root.parent.height / 3 : Theme.scaled(280))
        keyNavigationEnabled: true
        model: OpenFileViewModel.entries
        objectName: "openFileList"

        Accessible.name: qsTr("Folders and model files")
        Accessible.role: Accessible.List

        T.ScrollBar.vertical: SafeScrollBar {}

        delegate: SafeItemDelegate {
            id: entry

            required property int index
            required property string key
            required property string title
            required property bool folder

            highlighted: ListView.isCurrentItem && list.activeFocus
            iconName: entry.folder ? "folder" : "models"
            objectName: "openFileEntry" + entry.index
            text: entry.title
            width: list.width - Theme.space3

            onClicked: OpenFileViewModel.choose(entry.key, entry.folder)
        }
    }

    SafeText {
        Layout.fillWidth: true
        muted: true
        objectName: "openFileNote"
        role: "secondary"
        text: OpenFileViewModel.note
        visible: text !== ""
        wrapMode: Text.Wrap
    }
}
