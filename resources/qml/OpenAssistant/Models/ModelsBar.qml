pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** What always stands over the models: the search, and the way to a file of one's own. */
RowLayout {
    id: root

    readonly property bool narrow: root.width < Theme.scaled(640)
    readonly property Item first: search

    /** Gives keyboard focus to the search. */
    function focusSearch(): void {
        search.forceActiveFocus(Qt.ShortcutFocusReason);
        search.selectAll();
    }

    /** Back to the whole catalogue. */
    function leaveSearch(): void {
        search.clear();
        CatalogueViewModel.setQuery("");
        HubSearchViewModel.leave();
    }

    spacing: Theme.space3

    SafeText {
        Layout.rightMargin: Theme.space2
        role: "title"
        text: qsTr("Models")

        Accessible.role: Accessible.Heading
    }

    SafeTextField {
        id: search

        Layout.fillWidth: true
        hint: "Ctrl K"
        iconName: "search"
        name: qsTr("Search the models, or paste the address of one")
        objectName: "modelSearch"
        placeholderText: root.narrow ? qsTr("Search models") : qsTr("Search models, or paste the address of one")

        Keys.onEscapePressed: root.leaveSearch()

        onSubmitted: HubSearchViewModel.ask(search.text)
        onTextEdited: {
            CatalogueViewModel.setQuery(search.text);
            if (search.text === "")
                HubSearchViewModel.leave();
        }
    }

    SafeButton {
        iconName: "folder"
        objectName: "importFile"
        text: qsTr("Add a file…")

        onClicked: ImportViewModel.requestFile()
    }
}
