pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** Where a conversation, or all of them, goes as a file, and in which format. Says what will be in it. */
SafeDialog {
    id: root

    /** Opens for one conversation. */
    function ask(treeId: string, title: string): void {
        ExportViewModel.prepare(treeId, title);
        root.open();
        pathField.forceActiveFocus(Qt.PopupFocusReason);
    }

    acceptText: qsTr("Export")
    canAccept: ExportViewModel.canExport
    rejectText: qsTr("Cancel")
    title: qsTr("Export")
    width: Math.min(Theme.scaled(560), parent ? parent.width - 2 * Theme.space6 : Theme.scaled(560))

    onAccepted: ExportViewModel.run()

    Connections {
        function onPathChanged(): void {
            if (pathField.text !== ExportViewModel.path)
                pathField.text = ExportViewModel.path;
        }

        target: ExportViewModel
    }

    GridLayout {
        Layout.fillWidth: true
        columnSpacing: Theme.space4
        columns: 2
        rowSpacing: Theme.space3

        SafeText {
            role: "control"
            text: qsTr("Format")
        }

        SafeComboBox {
            id: format

            Layout.fillWidth: true
            currentIndex: ExportViewModel.formatIndex
            model: ExportViewModel.formats
            name: qsTr("Format")
            objectName: "exportFormat"
            textRole: "title"

            onActivated: index => ExportViewModel.setFormatIndex(index)
        }

        SafeText {
            role: "control"
            text: qsTr("What")
        }

        SafeComboBox {
            Layout.fillWidth: true
            currentIndex: ExportViewModel.everything ? 1 : 0
            model: [ExportViewModel.scopeText, qsTr("Every conversation")]
            name: qsTr("What to export")
            objectName: "exportScope"

            onActivated: index => ExportViewModel.setEverything(index === 1)
        }

        SafeText {
            role: "control"
            text: qsTr("File")
        }

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.space2

            SafeTextField {
                id: pathField

                Layout.fillWidth: true
                invalid: text !== "" && !ExportViewModel.canExport
                name: qsTr("File")
                objectName: "exportPath"
                text: ExportViewModel.path

                onSubmitted: if (root.canAccept)
                    root.accept()
                onTextEdited: ExportViewModel.setPath(pathField.text)
            }

            SafeButton {
                objectName: "exportBrowse"
                text: qsTr("Choose…")
                visible: systemDialog.available

                onClicked: systemDialog.open()
            }
        }
    }

    SafeText {
        Layout.fillWidth: true
        muted: true
        objectName: "exportNote"
        role: "secondary"
        text: ExportViewModel.note
        wrapMode: Text.Wrap
    }

    SystemFileDialog {
        id: systemDialog

        saves: true
        title: qsTr("Export to")
        visible: false

        onChosen: url => ExportViewModel.setUrl(url)
    }
}
