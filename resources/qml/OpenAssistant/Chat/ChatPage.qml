pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The page one chats in: conversations, the branch shown, and the tree or the labels beside it. */
Item {
    id: root

    property bool wantsList: true
    property bool wantsTree: true
    readonly property bool listShown: root.wantsList && root.width >= Theme.scaled(700)
    readonly property bool roomForTree: root.width >= Theme.scaled(root.listShown ? 1040 : 780)
    readonly property bool treeShown: root.wantsTree && root.roomForTree
    readonly property real gutter: center.width < Theme.scaled(640) ? Theme.space4 : Theme.space6 + Theme.space1
    /** What the composer takes at the bottom. */
    readonly property real footerHeight: composer.height + Theme.space5
    readonly property real columnWidth: Math.min(center.width - 2 * root.gutter, Theme.scaled(920))

    /** Starts a conversation: empty thread, focus in the box. */
    function startNew(): void {
        ConversationsViewModel.startNew();
        composer.focusText();
    }

    Component.onCompleted: composer.focusText()
    onVisibleChanged: if (root.visible)
        composer.focusText()

    DropArea {
        anchors.fill: parent
        objectName: "dropArea"

        onDropped: drop => {
            if (drop.hasUrls)
                drop.accepted = ModelViewModel.openDropped(drop.urls[0].toString(), drop.urls.length);
        }
    }

    RowLayout {
        anchors.fill: parent
        spacing: 0

        ConversationList {
            id: conversations

            Layout.fillHeight: true
            Layout.preferredWidth: Math.min(Theme.scaled(272), root.width * 0.36)
            objectName: "conversations"
            readOnly: AppViewModel.readOnly
            visible: root.listShown

            onExportRequested: (treeId, title) => exportDialog.ask(treeId, title)
            onNewRequested: root.startNew()
            onRenameRequested: (treeId, title) => renameDialog.ask(treeId, title)
        }

        Divider {
            Layout.fillHeight: true
            vertical: true
            visible: root.listShown
        }

        ColumnLayout {
            id: center

            Layout.fillHeight: true
            Layout.fillWidth: true
            spacing: 0

            ChatHeader {
                id: header

                Layout.fillWidth: true
                z: 1
                listShown: root.listShown
                readOnly: AppViewModel.readOnly
                treeShown: root.treeShown

                onExportRequested: exportDialog.ask(ThreadViewModel.treeId, ThreadViewModel.title)
                onListToggled: root.wantsList = true
                onModelsRequested: modelPicker.open()
                onRenameRequested: renameDialog.ask(ThreadViewModel.treeId, ThreadViewModel.title)
                onTreeToggled: root.wantsTree = !root.wantsTree

                ModelPicker {
                    id: modelPicker

                    objectName: "modelPicker"
                    x: Math.min(header.modelX, header.width - width - Theme.space3)
                    y: header.height - 6
                }
            }

            BannerArea {
                id: bannerArea

                Layout.alignment: Qt.AlignHCenter
                Layout.fillWidth: false
                Layout.preferredWidth: root.columnWidth
                Layout.bottomMargin: Theme.space3
                Layout.topMargin: Theme.space3
                objectName: "bannerArea"
            }

            Divider {
                Layout.fillWidth: true
                visible: bannerArea.visible && thread.visible
            }

            StartPage {
                Layout.fillHeight: true
                Layout.fillWidth: true
                objectName: "startPage"
                visible: ThreadViewModel.empty

                onPromptChosen: text => {
                    ComposerViewModel.setDraft(text);
                    composer.focusText();
                }
            }

            ThreadView {
                id: thread

                Layout.fillHeight: true
                Layout.fillWidth: true
                columnWidth: root.columnWidth
                objectName: "thread"
                readOnly: AppViewModel.readOnly
                visible: !ThreadViewModel.empty

                onLabelsRequested: messageId => LabelsViewModel.open(messageId)
                onLinkActivated: url => AppViewModel.considerLink(url)
            }

            Composer {
                id: composer

                Layout.alignment: Qt.AlignHCenter
                Layout.bottomMargin: Theme.space5
                Layout.preferredWidth: root.columnWidth
                Layout.topMargin: Theme.space1
                objectName: "composer"

                onLastPromptRequested: ThreadViewModel.editLastPrompt()
                onStopRequested: ThreadViewModel.stop()
            }
        }

        Divider {
            Layout.fillHeight: true
            vertical: true
            visible: side.visible
        }

        Item {
            id: side

            Layout.fillHeight: true
            Layout.preferredWidth: LabelsViewModel.isOpen ? Theme.scaled(300) : Theme.scaled(236)
            visible: (root.treeShown && !ThreadViewModel.empty) || LabelsViewModel.isOpen

            TreePanel {
                anchors.fill: parent
                objectName: "treePanel"
                visible: !LabelsViewModel.isOpen
            }

            LabelsPanel {
                anchors.fill: parent
                objectName: "labelsPanel"
                readOnly: AppViewModel.readOnly
                visible: LabelsViewModel.isOpen

                onClosed: LabelsViewModel.close()
            }
        }
    }

    RenameDialog {
        id: renameDialog

        objectName: "renameDialog"

        onRenamed: (treeId, title) => ConversationsViewModel.rename(treeId, title)
    }

    SystemFileDialog {
        id: systemDialog

        nameFilters: [qsTr("Models (*.gguf)")]
        title: qsTr("Open a model file")

        onChosen: url => ModelViewModel.openFile(url)
    }

    OpenFileDialog {
        id: openFileDialog

        objectName: "openFileDialog"

        onChosen: path => ModelViewModel.openFile(path)
    }

    Connections {
        function onFileRequested(): void {
            if (systemDialog.available)
                systemDialog.open();
            else
                openFileDialog.ask();
        }

        target: ModelViewModel
    }

    ExportDialog {
        id: exportDialog

        objectName: "exportDialog"
    }

    Connections {
        function onComposerFocusRequested(): void {
            composer.focusText();
        }

        target: ThreadViewModel
    }

    Loader {
        active: root.visible

        sourceComponent: ChatShortcuts {
            onEndRequested: thread.jumpToEnd()
            onExportRequested: if (!ThreadViewModel.empty)
                exportDialog.ask(ThreadViewModel.treeId, ThreadViewModel.title)
            onFindRequested: {
                FindViewModel.open();
                thread.focusFind();
            }
            onListToggled: root.wantsList = !root.wantsList
            onModelsRequested: modelPicker.open()
            onNewRequested: root.startNew()
            onPageRequested: step => thread.page(step)
            onSearchRequested: {
                root.wantsList = true;
                conversations.focusSearch();
            }
            onTreeToggled: root.wantsTree = !root.wantsTree
        }
    }
}
