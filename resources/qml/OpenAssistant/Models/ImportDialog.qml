pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** A model file of this machine: what is in it, and whether it stays where it lies. */
SafeDialog {
    id: root

    acceptText: ""
    rejectText: ""
    title: ImportViewModel.title
    width: Math.min(Theme.scaled(520), parent ? parent.width - 2 * Theme.space6 : Theme.scaled(520))

    onClosed: ImportViewModel.giveUp()

    Connections {
        function onAsked(): void {
            copy.checked = false;
            root.open();
        }

        function onDone(): void {
            root.close();
        }

        target: ImportViewModel
    }

    SafeText {
        Layout.fillWidth: true
        elide: Text.ElideRight
        maximumLineCount: 2
        muted: true
        objectName: "importFacts"
        role: "secondary"
        text: ImportViewModel.facts
        visible: text !== ""
        wrapMode: Text.Wrap
    }

    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.space2
        visible: ImportViewModel.fitText !== ""

        FitPill {
            Layout.alignment: Qt.AlignTop
            fit: ImportViewModel.fit
            objectName: "importFit"
            text: ImportViewModel.fitText
        }

        SafeText {
            Layout.alignment: Qt.AlignVCenter
            Layout.fillWidth: true
            elide: Text.ElideRight
            maximumLineCount: 3
            role: "secondary"
            text: ImportViewModel.fitReason
            wrapMode: Text.Wrap
        }
    }

    SafeText {
        Layout.fillWidth: true
        muted: true
        objectName: "importFormat"
        role: "secondary"
        text: qsTr("Prompt format: %1, as recognised. The settings of the model show how it reads a prompt, and let you choose another.").arg(ImportViewModel.formatText)
        visible: ImportViewModel.formatText !== ""
        wrapMode: Text.Wrap
    }

    SafeText {
        Layout.fillWidth: true
        color: Theme.warning
        role: "secondary"
        text: ImportViewModel.notes
        visible: text !== ""
        wrapMode: Text.Wrap
    }

    ProgressLine {
        Layout.fillWidth: true
        name: qsTr("Working on the file")
        progress: ImportViewModel.progress
        visible: ImportViewModel.busy
    }

    SafeText {
        Layout.fillWidth: true
        color: Theme.danger
        elide: Text.ElideRight
        maximumLineCount: 6
        objectName: "importProblem"
        role: "control"
        text: ImportViewModel.problem
        visible: text !== ""
        wrapMode: Text.Wrap
    }

    SafeText {
        Layout.fillWidth: true
        elide: Text.ElideRight
        maximumLineCount: 4
        muted: true
        role: "secondary"
        text: ImportViewModel.hint
        visible: text !== ""
        wrapMode: Text.Wrap
    }

    ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.space1
        visible: ImportViewModel.canImport

        SafeCheckBox {
            id: copy

            objectName: "importCopy"
            text: qsTr("Copy it into the app's folder")
        }

        SafeText {
            Layout.fillWidth: true
            elide: Text.ElideMiddle
            leftPadding: Theme.scaled(18) + Theme.space2 + 2
            maximumLineCount: 1
            muted: true
            role: "secondary"
            text: copy.checked ? qsTr("The file stays too; the copy takes the same space again.") : qsTr("It is used where it lies: %1").arg(ImportViewModel.place)
        }
    }

    RowLayout {
        Layout.fillWidth: true
        Layout.topMargin: Theme.space2
        spacing: Theme.space2

        Item {
            Layout.fillWidth: true
        }

        SafeButton {
            objectName: "importCancel"
            text: ImportViewModel.problem !== "" ? qsTr("Close") : qsTr("Cancel")

            onClicked: root.reject()
        }

        SafeButton {
            enabled: ImportViewModel.canImport
            objectName: "importOnly"
            text: qsTr("Add it")
            visible: ImportViewModel.problem === ""

            onClicked: ImportViewModel.accept(copy.checked, false)
        }

        SafeButton {
            enabled: ImportViewModel.canImport
            objectName: "importAndUse"
            text: qsTr("Add and use it")
            variant: "primary"
            visible: ImportViewModel.problem === ""

            onClicked: ImportViewModel.accept(copy.checked, true)
        }
    }
}
