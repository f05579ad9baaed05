pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** Every conversation, pinned ones first; typing searches titles and every message of every branch. */
Rectangle {
    id: root

    property bool readOnly: false

    signal renameRequested(treeId: string, title: string)
    signal exportRequested(treeId: string, title: string)
    signal newRequested

    /** Gives keyboard focus to the search. */
    function focusSearch(): void {
        search.forceActiveFocus(Qt.ShortcutFocusReason);
        search.selectAll();
    }

    color: Theme.panel

    ColumnLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.space3 + 2
        anchors.topMargin: Theme.space3 + 2
        spacing: Theme.space2

        SafeTextField {
            id: search

            Layout.fillWidth: true
            Layout.rightMargin: Theme.space3 + 2
            hint: "Ctrl K"
            objectName: "searchField"
            placeholderText: ConversationsViewModel.placeholder

            Keys.onDownPressed: list.forceActiveFocus(Qt.TabFocusReason)
            Keys.onEscapePressed: search.clear()

            onSubmitted: ConversationsViewModel.openFirst()
            onTextChanged: ConversationsViewModel.setQuery(search.text)
        }

        SafeText {
            Layout.fillWidth: true
            Layout.topMargin: Theme.space3
            horizontalAlignment: Text.AlignHCenter
            muted: true
            objectName: "nothingFound"
            role: "secondary"
            text: qsTr("Nothing found in any branch.")
            visible: ConversationsViewModel.nothingFound
            wrapMode: Text.Wrap
        }

        SafeText {
            Layout.fillWidth: true
            Layout.rightMargin: Theme.space3 + 2
            Layout.topMargin: Theme.space3
            horizontalAlignment: Text.AlignHCenter
            muted: true
            objectName: "noConversations"
            role: "secondary"
            text: qsTr("Your conversations will be listed here. Nothing of them leaves this computer.")
            visible: ConversationsViewModel.loaded && ConversationsViewModel.total === 0 && search.text === ""
            wrapMode: Text.Wrap
        }

        ListView {
            id: list

            Layout.fillHeight: true
            Layout.fillWidth: true
            activeFocusOnTab: true
            boundsBehavior: Flickable.StopAtBounds
            clip: true
            currentIndex: -1
            highlightFollowsCurrentItem: false
            keyNavigationEnabled: true
            model: ConversationsViewModel.rows
            objectName: "conversationList"
            section.property: "section"
            spacing: Theme.space2

            Accessible.name: qsTr("Conversations")
            Accessible.role: Accessible.List

            T.ScrollBar.vertical: SafeScrollBar {}

            section.delegate: SafeLabel {
                required property string section

                bottomPadding: section === "" ? 0 : Theme.space1
                height: section === "" ? 0 : implicitHeight
                text: section
                topPadding: section === "" ? 0 : Theme.space1
            }
            delegate: ConversationItem {
                id: item

                menuOpen: menu.visible && menu.treeId === item.treeId
                objectName: "conversation" + item.index
                readOnly: root.readOnly
                width: list.width - Theme.space3 - 2

                onClicked: ConversationsViewModel.open(item.treeId, item.messageId)
                onDeleteRequested: ConversationsViewModel.remove(item.treeId)
                onMenuRequested: if (item.messageId === "")
                    menu.ask(item)
                onRenameRequested: root.renameRequested(item.treeId, item.title)
            }

            onActiveFocusChanged: if (list.activeFocus && list.currentIndex < 0)
                list.currentIndex = 0
            onAtYEndChanged: if (list.atYEnd)
                ConversationsViewModel.loadMore()
        }

        SafeButton {
            Layout.bottomMargin: Theme.space2
            Layout.leftMargin: -Theme.space1
            iconName: "plus"
            objectName: "newConversation"
            text: qsTr("New conversation")
            toolTip: "Ctrl+N"
            variant: "quiet"
            visible: !root.readOnly

            onClicked: root.newRequested()
        }
    }

    ConversationMenu {
        id: menu

        objectName: "conversationMenu"
        readOnly: root.readOnly

        onDeleteRequested: ConversationsViewModel.remove(menu.treeId)
        onExportRequested: root.exportRequested(menu.treeId, menu.conversationTitle)
        onPinToggled: ConversationsViewModel.setPinned(menu.treeId, !menu.pinned)
        onRenameRequested: root.renameRequested(menu.treeId, menu.conversationTitle)
    }
}
