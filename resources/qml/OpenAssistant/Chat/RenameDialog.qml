import QtQuick
import QtQuick.Layouts
import OpenAssistant.Controls

/** Another title for a conversation. */
SafeDialog {
    id: root

    property string treeId: ""

    signal renamed(treeId: string, title: string)

    /** Opens with the present title. */
    function ask(treeId: string, title: string): void {
        root.treeId = treeId;
        field.text = title;
        root.open();
        field.forceActiveFocus(Qt.PopupFocusReason);
        field.selectAll();
    }

    acceptText: qsTr("Rename")
    canAccept: field.text.trim() !== ""
    rejectText: qsTr("Cancel")
    title: qsTr("Rename the conversation")

    onAccepted: root.renamed(root.treeId, field.text)

    SafeTextField {
        id: field

        Layout.fillWidth: true
        maximumLength: 500
        name: qsTr("Title")
        objectName: "renameField"

        onSubmitted: if (root.canAccept)
            root.accept()
    }
}
