pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** What the hub knows for a search: loading, found, nothing, or why not. */
ColumnLayout {
    id: root

    readonly property bool mayGoOnline: HubSearchViewModel.offline && HubSearchViewModel.offlineVariable === ""

    signal tokenRequested(repo: string)
    signal closed

    spacing: Theme.space4

    SectionHead {
        Layout.fillWidth: true
        note: qsTr("“%1”").arg(HubSearchViewModel.asked)
        text: qsTr("On %1").arg(HubSearchViewModel.host)

        SafeButton {
            objectName: "leaveSearch"
            small: true
            text: qsTr("Back to the catalogue")
            variant: "quiet"

            onClicked: root.closed()
        }
    }

    Flow {
        Layout.fillWidth: true
        spacing: Theme.space4

        SafeComboBox {
            currentIndex: HubSearchViewModel.sort
            model: [qsTr("Most downloaded first"), qsTr("Most liked first"), qsTr("Newest first")]
            name: qsTr("Order of the results")
            objectName: "hubSort"
            small: true
            width: Theme.scaled(190)

            onActivated: index => HubSearchViewModel.setSort(index)
        }

        SafeCheckBox {
            checked: HubSearchViewModel.onlyFits
            objectName: "onlyFits"
            text: qsTr("Only what fits this machine")

            onToggled: HubSearchViewModel.setOnlyFits(checked)
        }
    }

    ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.space2
        visible: HubSearchViewModel.state === "loading"

        ProgressLine {
            Layout.fillWidth: true
            name: searching.text
            objectName: "hubLoading"
        }

        SafeText {
            id: searching

            Layout.fillWidth: true
            muted: true
            role: "secondary"
            text: qsTr("Asking %1…").arg(HubSearchViewModel.host)
        }
    }

    EmptyState {
        Layout.bottomMargin: Theme.space4
        Layout.fillWidth: true
        Layout.topMargin: Theme.space4
        actionText: HubSearchViewModel.onlyFits ? qsTr("Show larger ones too") : ""
        iconName: "search"
        objectName: "hubNothing"
        text: HubSearchViewModel.onlyFits ? qsTr("No model file for these words fits this machine. Try other words, or look at larger ones.") : qsTr("There is no model file for these words. Try fewer words, or paste the address of a model's page.")
        title: qsTr("Nothing found")
        visible: HubSearchViewModel.state === "nothing"

        onActionTriggered: HubSearchViewModel.setOnlyFits(false)
    }

    EmptyState {
        Layout.bottomMargin: Theme.space4
        Layout.fillWidth: true
        Layout.topMargin: Theme.space4
        actionText: !HubSearchViewModel.offline ? qsTr("Try again") : root.mayGoOnline ? qsTr("Go online") : ""
        iconName: HubSearchViewModel.offline ? "globe" : "warning"
        objectName: "hubFailed"
        text: root.mayGoOnline ? "" : HubSearchViewModel.hint
        title: HubSearchViewModel.problem
        visible: HubSearchViewModel.state === "failed"

        onActionTriggered: HubSearchViewModel.offline ? HubSearchViewModel.goOnline() : HubSearchViewModel.again()
    }

    Repeater {
        model: HubSearchViewModel.rows

        HubItem {
            id: entry

            Layout.fillWidth: true
            objectName: "hub" + entry.index

            onTokenRequested: root.tokenRequested(entry.key)
        }
    }
}
