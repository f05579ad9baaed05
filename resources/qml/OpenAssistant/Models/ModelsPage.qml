pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Chat
import OpenAssistant.Controls
import OpenAssistant.Theme

/** Models: the one to begin with, what is on its way, what is here, and what can be had. */
Item {
    id: root

    readonly property real gutter: root.width < Theme.scaled(720) ? Theme.space4 : Theme.space8
    readonly property real columnWidth: Math.min(root.width - 2 * root.gutter, Theme.scaled(920))
    readonly property bool searching: HubSearchViewModel.state !== ""

    Component.onCompleted: {
        CatalogueViewModel.open();
        flick.forceActiveFocus(Qt.OtherFocusReason);
    }
    onVisibleChanged: if (root.visible) {
        CatalogueViewModel.open();
        flick.forceActiveFocus(Qt.OtherFocusReason);
    }

    DropArea {
        anchors.fill: parent
        objectName: "modelsDropArea"

        onDropped: drop => {
            if (drop.hasUrls)
                drop.accepted = ImportViewModel.askDropped(drop.urls[0].toString(), drop.urls.length);
        }
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: 0

        ModelsBar {
            id: bar

            Layout.alignment: Qt.AlignHCenter
            Layout.bottomMargin: Theme.space3
            Layout.maximumWidth: root.columnWidth
            Layout.preferredWidth: root.columnWidth
            Layout.topMargin: Theme.space3
        }

        Divider {
            Layout.fillWidth: true
        }

        BannerArea {
            Layout.alignment: Qt.AlignHCenter
            Layout.fillWidth: false
            Layout.preferredWidth: root.columnWidth
            Layout.topMargin: Theme.space3
        }

        FocusFlickable {
            id: flick

            Layout.fillHeight: true
            Layout.fillWidth: true
            scrolled: content
            contentHeight: content.height + Theme.space6 + Theme.space10
            focus: true
            objectName: "modelsFlick"

            Accessible.name: qsTr("Models")

            KeyNavigation.tab: bar.first
            Keys.onDownPressed: flick.flick(0, -600)
            Keys.onUpPressed: flick.flick(0, 600)

            ColumnLayout {
                id: content

                spacing: Theme.space8
                width: root.columnWidth
                x: (flick.width - width) / 2
                y: Theme.space6

                MachineNote {
                    Layout.fillWidth: true
                }

                SafeButton {
                    iconName: "globe"
                    objectName: "searchHub"
                    text: qsTr("Search %1 for “%2”").arg(HubSearchViewModel.host).arg(CatalogueViewModel.query)
                    visible: CatalogueViewModel.query !== "" && HubSearchViewModel.asked !== CatalogueViewModel.query

                    Layout.maximumWidth: root.columnWidth

                    onClicked: HubSearchViewModel.ask(CatalogueViewModel.query)
                }

                Repeater {
                    model: CatalogueViewModel.hero

                    RecommendedCard {
                        Layout.fillWidth: true
                        objectName: "recommended"
                        visible: !root.searching
                    }
                }

                Banner {
                    Layout.fillWidth: true
                    hint: qsTr("Close other programs, or search for a smaller model.")
                    objectName: "nothingFits"
                    text: qsTr("None of the models of the catalogue fits the memory that is free now.")
                    visible: CatalogueViewModel.nothingFits && !root.searching
                }

                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: Theme.space4
                    visible: DownloadsViewModel.count > (CatalogueViewModel.heroDownload !== "" && !root.searching ? 1 : 0)

                    SectionHead {
                        Layout.fillWidth: true
                        text: qsTr("Downloading")
                    }

                    Repeater {
                        model: DownloadsViewModel.rows

                        DownloadItem {
                            id: download

                            Layout.fillWidth: true
                            objectName: "download" + download.index
                            visible: root.searching || download.key !== CatalogueViewModel.heroDownload

                            onTokenRequested: tokenDialog.ask()
                        }
                    }
                }

                HubResults {
                    Layout.fillWidth: true
                    objectName: "hubResults"
                    visible: root.searching

                    onClosed: bar.leaveSearch()
                    onTokenRequested: tokenDialog.ask()
                }

                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: Theme.space4

                    SectionHead {
                        Layout.fillWidth: true
                        note: OnDiskViewModel.diskText
                        text: qsTr("On this machine")
                    }

                    Repeater {
                        model: OnDiskViewModel.rows

                        OnDiskItem {
                            id: onDisk

                            Layout.fillWidth: true
                            objectName: "onDisk" + onDisk.index

                            onMenuRequested: button => menu.ask(onDisk, button)
                        }
                    }

                    Repeater {
                        model: RemovedViewModel.rows

                        RemovedItem {
                            id: removed

                            Layout.fillWidth: true
                            objectName: "removed" + removed.index
                        }
                    }
                }

                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: Theme.space4
                    visible: !root.searching

                    SectionHead {
                        Layout.fillWidth: true
                        text: qsTr("Catalogue")
                    }

                    SafeText {
                        Layout.fillWidth: true
                        color: CatalogueViewModel.problem !== "" ? Theme.danger : Theme.muted
                        objectName: "catalogueNote"
                        role: "control"
                        text: CatalogueViewModel.problem !== "" ? CatalogueViewModel.problem : CatalogueViewModel.nothingFound ? qsTr("Nothing in the catalogue has these words.") : ""
                        visible: text !== ""
                        wrapMode: Text.Wrap
                    }

                    Repeater {
                        model: CatalogueViewModel.rows

                        CatalogueItem {
                            id: entry

                            Layout.fillWidth: true
                            objectName: "catalogue" + entry.index
                        }
                    }
                }
            }
        }
    }

    OnDiskMenu {
        id: menu

        objectName: "onDiskMenu"
    }

    TokenDialog {
        id: tokenDialog

        objectName: "tokenDialog"
    }

    CopyDialog {
        objectName: "copyDialog"
    }

    ImportDialog {
        objectName: "importDialog"
    }

    ModelSettingsDialog {
        objectName: "modelSettingsDialog"
    }

    SystemFileDialog {
        id: systemDialog

        nameFilters: [qsTr("Models (*.gguf)"), qsTr("All files (*)")]
        title: qsTr("Add a model file")

        onChosen: url => ImportViewModel.ask(url)
    }

    OpenFileDialog {
        id: openFileDialog

        objectName: "importFileDialog"

        onChosen: path => ImportViewModel.ask(path)
    }

    Connections {
        function onFileRequested(): void {
            if (systemDialog.available)
                systemDialog.open();
            else
                openFileDialog.ask();
        }

        target: ImportViewModel
    }

    Shortcut {
        enabled: root.visible
        sequence: "Ctrl+K"

        onActivated: bar.focusSearch()
    }

    Shortcut {
        enabled: root.visible
        sequence: "PgUp"

        onActivated: flick.page(-0.85)
    }

    Shortcut {
        enabled: root.visible
        sequence: "PgDown"

        onActivated: flick.page(0.85)
    }
}
