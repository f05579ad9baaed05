import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The pages, and at its end what concerns the whole app. */
Rectangle {
    id: root

    signal settingsRequested
    signal shortcutsRequested

    color: Theme.panel
    implicitWidth: Math.max(64, Theme.scaled(56) + Theme.space2)

    ColumnLayout {
        anchors.fill: parent
        anchors.bottomMargin: Theme.space3
        anchors.topMargin: Theme.space4
        spacing: Theme.space1

        SafeRailButton {
            Layout.alignment: Qt.AlignHCenter
            checked: Pages.current === "chat"
            iconName: "chat"
            objectName: "railChat"
            shortcut: "Ctrl+1"
            text: qsTr("Chat")

            onClicked: Pages.show("chat")
        }

        SafeRailButton {
            Layout.alignment: Qt.AlignHCenter
            checked: Pages.current === "models"
            iconName: "models"
            objectName: "railModels"
            shortcut: "Ctrl+2"
            text: qsTr("Models")

            onClicked: Pages.show("models")
        }

        ProgressLine {
            Layout.alignment: Qt.AlignHCenter
            Layout.preferredWidth: Theme.scaled(36)
            name: qsTr("Downloads")
            objectName: "railProgress"
            progress: DownloadsViewModel.overall
            visible: DownloadsViewModel.active
        }

        Item {
            Layout.fillHeight: true
        }

        SafeIconButton {
            Layout.alignment: Qt.AlignHCenter
            iconName: Theme.dark ? "sun" : "moon"
            name: Theme.dark ? qsTr("Light colours") : qsTr("Dark colours")
            objectName: "themeButton"

            onClicked: AppViewModel.setThemeMode(Theme.dark ? "light" : "dark")
        }

        SafeIconButton {
            Layout.alignment: Qt.AlignHCenter
            iconName: "keyboard"
            name: qsTr("Keyboard shortcuts")
            objectName: "shortcutsButton"
            shortcut: "Ctrl+/"

            onClicked: root.shortcutsRequested()
        }

        SafeIconButton {
            Layout.alignment: Qt.AlignHCenter
            iconName: "settings"
            name: qsTr("Settings")
            objectName: "settingsButton"
            shortcut: "Ctrl+,"

            onClicked: root.settingsRequested()
        }
    }
}
