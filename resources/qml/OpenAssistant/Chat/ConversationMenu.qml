pragma ComponentBehavior: Bound

import QtQuick
import OpenAssistant.Controls

/** What can be done with one conversation of the list. */
SafeMenu {
    id: root

    property string treeId: ""
    property string conversationTitle: ""
    property bool pinned: false
    property bool readOnly: false

    signal renameRequested
    signal pinToggled
    signal exportRequested
    signal deleteRequested

    /** Opens for a conversation, under its line. */
    function ask(item: ConversationItem): void {
        root.treeId = item.treeId;
        root.conversationTitle = item.title;
        root.pinned = item.pinned;
        root.popup(item, item.width - root.implicitWidth, item.height - 4);
    }

    SafeMenuItem {
        enabled: !root.readOnly
        iconName: "edit"
        objectName: "menuRename"
        shortcutText: "F2"
        text: qsTr("Rename…")

        onTriggered: root.renameRequested()
    }

    SafeMenuItem {
        enabled: !root.readOnly
        iconName: "pin"
        objectName: "menuPin"
        text: root.pinned ? qsTr("Unpin") : qsTr("Pin")

        onTriggered: root.pinToggled()
    }

    SafeMenuItem {
        iconName: "export"
        objectName: "menuExport"
        text: qsTr("Export…")

        onTriggered: root.exportRequested()
    }

    SafeMenuSeparator {}

    SafeMenuItem {
        danger: true
        enabled: !root.readOnly
        iconName: "trash"
        objectName: "menuDelete"
        text: qsTr("Delete")

        onTriggered: root.deleteRequested()
    }
}
