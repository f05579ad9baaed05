import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** What this machine has, and when the app goes online. */
ColumnLayout {
    spacing: Theme.space1

    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.space2

        Icon {
            Layout.alignment: Qt.AlignTop
            color: Theme.muted
            name: "device"
            size: 16
        }

        SafeText {
            Layout.fillWidth: true
            objectName: "machineText"
            role: "control"
            text: CatalogueViewModel.looking ? qsTr("Looking at this machine…") : qsTr("This machine: %1").arg(CatalogueViewModel.machineText)
            wrapMode: Text.Wrap
        }
    }

    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.space2

        Icon {
            color: Theme.muted
            name: "globe"
            size: 16
        }

        SafeText {
            Layout.fillWidth: true
            muted: true
            role: "control"
            text: HubSearchViewModel.offlineVariable !== "" ? qsTr("%1 keeps the app offline: nothing is searched for or downloaded.").arg(HubSearchViewModel.offlineVariable) : HubSearchViewModel.stayOffline ? qsTr("The app stays offline: nothing is searched for or downloaded.") : qsTr("The app goes online only when you search or download here.")
            wrapMode: Text.Wrap
        }

        SafeSwitch {
            checked: HubSearchViewModel.stayOffline || HubSearchViewModel.offlineVariable !== ""
            enabled: HubSearchViewModel.offlineVariable === ""
            objectName: "stayOffline"
            text: qsTr("Stay offline")

            onToggled: HubSearchViewModel.setStayOffline(checked)
        }
    }
}
