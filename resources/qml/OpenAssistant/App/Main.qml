pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import OpenAssistant.Backend
import OpenAssistant.Chat
import OpenAssistant.Controls
import OpenAssistant.Models
import OpenAssistant.Theme

/** The window: the rail of pages, the page, and what lies over all of it. */
T.ApplicationWindow {
    id: root

    objectName: "mainWindow"

    color: Theme.ground
    font.family: Theme.fontFamily
    font.pixelSize: Theme.sizeBody
    height: 900
    minimumHeight: 480
    minimumWidth: 720
    title: ThreadViewModel.empty ? AppViewModel.name : ThreadViewModel.title + " – " + AppViewModel.name
    visible: true
    width: 1440

    onClosing: close => {
        close.accepted = AppViewModel.mayClose;
        if (!AppViewModel.mayClose)
            closeDialog.open();
    }

    Binding {
        property: "mode"
        target: Theme
        value: AppViewModel.themeMode
    }

    Binding {
        property: "textScale"
        target: Theme
        value: AppViewModel.textScale
    }

    Binding {
        property: "motion"
        target: Theme
        value: AppViewModel.motion === "system" ? !Theme.systemWantsLessMotion : AppViewModel.motion === "on"
    }

    Connections {
        function onRaiseRequested(): void {
            root.show();
            root.raise();
            root.requestActivate();
        }

        target: AppViewModel
    }

    Connections {
        function onToastShown(text: string, actionText: string): void {
            toast.show(text, actionText);
        }

        target: Notices
    }

    RowLayout {
        anchors.fill: parent
        spacing: 0

        Rail {
            Layout.fillHeight: true
            objectName: "rail"

            onSettingsRequested: settingsDialog.open()
            onShortcutsRequested: shortcutSheet.open()
        }

        Divider {
            Layout.fillHeight: true
            vertical: true
        }

        ChatPage {
            id: chatPage

            Layout.fillHeight: true
            Layout.fillWidth: true
            objectName: "chatPage"
            visible: Pages.current === "chat"
        }

        Loader {
            id: modelsPage

            property bool wanted: false

            Layout.fillHeight: true
            Layout.fillWidth: true
            active: modelsPage.wanted
            objectName: "modelsPage"
            visible: Pages.current === "models"

            sourceComponent: ModelsPage {}

            onVisibleChanged: if (modelsPage.visible)
                modelsPage.wanted = true
        }
    }

    Toast {
        id: toast

        anchors.bottomMargin: chatPage.visible ? chatPage.footerHeight + Theme.space3 : Theme.space6
        objectName: "toast"

        onActionTriggered: Notices.actOnToast()
    }

    LinkDialog {
        id: linkDialog

        objectName: "linkDialog"

        onConfirmed: url => AppViewModel.openLink(url)
    }

    Connections {
        function onLinkQuestioned(url: string, host: string, suspicious: bool): void {
            linkDialog.ask(url, host, suspicious);
        }

        target: AppViewModel
    }

    SettingsDialog {
        id: settingsDialog

        objectName: "settingsDialog"
    }

    ShortcutSheet {
        id: shortcutSheet

        objectName: "shortcutSheet"
    }

    SafeDialog {
        id: closeDialog

        acceptText: qsTr("Close")
        message: qsTr("A reply is still being written. What is there so far is kept.")
        objectName: "closeDialog"
        rejectText: qsTr("Keep open")
        title: qsTr("Close while replies are being written?")

        onAccepted: {
            AppViewModel.allowClose();
            root.close();
        }
    }

    Shortcut {
        sequence: "Ctrl+1"

        onActivated: Pages.show("chat")
    }

    Shortcut {
        sequence: "Ctrl+2"

        onActivated: Pages.show("models")
    }

    Shortcut {
        sequence: "Ctrl+/"

        onActivated: shortcutSheet.open()
    }

    Shortcut {
        sequence: "Ctrl+,"

        onActivated: settingsDialog.open()
    }

    Shortcut {
        sequences: [StandardKey.ZoomIn, "Ctrl+="]

        onActivated: AppViewModel.zoom(1)
    }

    Shortcut {
        sequences: [StandardKey.ZoomOut]

        onActivated: AppViewModel.zoom(-1)
    }

    Shortcut {
        sequence: "Ctrl+0"

        onActivated: AppViewModel.zoom(0)
    }

    Shortcut {
        sequences: [StandardKey.Quit]

        onActivated: root.close()
    }
}
