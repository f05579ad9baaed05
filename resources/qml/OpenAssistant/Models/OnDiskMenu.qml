pragma ComponentBehavior: Bound

import QtQuick
import OpenAssistant.Backend
import OpenAssistant.Controls

/** What can be done with one model that is on this machine. */
SafeMenu {
    id: root

    property string key: ""
    property bool canVerify: false
    property bool canConfigure: false
    property bool canRemove: false

    /** Opens for a model, under its button. */
    function ask(item: OnDiskItem, button: Item): void {
        root.key = item.key;
        root.canConfigure = item.canConfigure;
        root.canRemove = item.canRemove;
        root.canVerify = item.canVerify && item.busy === "";
        root.popup(button, button.width - root.implicitWidth, button.height + 4);
    }

    SafeMenuItem {
        enabled: root.canConfigure
        iconName: "settings"
        objectName: "menuModelSettings"
        text: qsTr("Settings of this model…")

        onTriggered: ModelSettingsViewModel.ask(root.key)
    }

    SafeMenuItem {
        enabled: root.canVerify
        iconName: "check"
        objectName: "menuVerify"
        text: qsTr("Check every byte")

        onTriggered: OnDiskViewModel.verify(root.key)
    }

    SafeMenuItem {
        iconName: "folder"
        objectName: "menuReveal"
        text: qsTr("Show in its folder")

        onTriggered: OnDiskViewModel.reveal(root.key)
    }

    SafeMenuSeparator {}

    SafeMenuItem {
        danger: true
        enabled: root.canRemove
        iconName: "trash"
        objectName: "menuRemove"
        text: qsTr("Remove")

        onTriggered: OnDiskViewModel.remove(root.key)
    }
}
