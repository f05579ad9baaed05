pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The settings that concern the window and the next reply; each holds as soon as it is changed. */
SafeDialog {
    id: root

    acceptText: ""
    rejectText: qsTr("Close")
    title: qsTr("Settings")
    width: Math.min(Theme.scaled(520), parent ? parent.width - 2 * Theme.space6 : Theme.scaled(520))

    GridLayout {
        Layout.fillWidth: true
        columnSpacing: Theme.space5
        columns: 2
        rowSpacing: Theme.space3

        SafeText {
            role: "control"
            text: qsTr("Colours")
        }

        SafeComboBox {
            id: theme

            readonly property list<string> modes: ["system", "light", "dark"]

            Layout.fillWidth: true
            currentIndex: theme.modes.indexOf(AppViewModel.themeMode)
            model: [qsTr("As the system"), qsTr("Light"), qsTr("Dark")]
            name: qsTr("Colours")
            objectName: "themeChoice"

            onActivated: index => AppViewModel.setThemeMode(theme.modes[index])
        }

        SafeText {
            role: "control"
            text: qsTr("Size of text")
        }

        SafeSlider {
            Layout.fillWidth: true
            from: 0.7
            name: qsTr("Size of text")
            objectName: "textScale"
            stepSize: 0.1
            to: 2.0
            value: AppViewModel.textScale

            onMoved: AppViewModel.setTextScale(value)
        }

        SafeText {
            role: "control"
            text: qsTr("Longest reply, in tokens")
        }

        SafeSpinBox {
            from: 16
            name: qsTr("Longest reply, in tokens")
            objectName: "maxTokens"
            stepSize: 64
            to: 32768
            value: AppViewModel.maxTokens

            onValueModified: AppViewModel.setMaxTokens(value)
        }

        SafeText {
            role: "control"
            text: qsTr("When a conversation\nis too long")
        }

        SafeComboBox {
            Layout.fillWidth: true
            currentIndex: AppViewModel.dropOldest ? 0 : 1
            model: [qsTr("Leave out its oldest messages"), qsTr("Stop and say so")]
            name: qsTr("When a conversation is too long")
            objectName: "contextOverflow"

            onActivated: index => AppViewModel.setDropOldest(index === 0)
        }

        SafeText {
            role: "control"
            text: qsTr("Downloads take")
        }

        SafeComboBox {
            id: limit

            readonly property list<real> limits: [0, 1, 2, 5, 10, 25, 50]

            Layout.fillWidth: true
            currentIndex: limit.limits.indexOf(AppViewModel.downloadLimit)
            displayText: currentIndex < 0 ? limit.words(AppViewModel.downloadLimit) : currentText
            model: limit.limits.map(limit.words)
            name: qsTr("How fast downloads may be")
            objectName: "downloadLimit"

            function words(megabytes: real): string {
                return megabytes > 0 ? qsTr("%1 MB/s at most").arg(megabytes) : qsTr("As much as there is");
            }

            onActivated: index => AppViewModel.setDownloadLimit(limit.limits[index])
        }

        SafeText {
            role: "control"
            text: qsTr("Enter sends")
        }

        SafeSwitch {
            checked: AppViewModel.enterSends
            objectName: "enterSends"
            text: checked ? qsTr("Shift+Enter starts a line") : qsTr("Ctrl+Enter sends")

            onToggled: AppViewModel.setEnterSends(checked)
        }

        SafeText {
            Layout.alignment: Qt.AlignTop
            role: "control"
            text: qsTr("What the assistant\nis told first")
        }

        SafeTextArea {
            id: systemPrompt

            Layout.fillWidth: true
            maximumHeight: Theme.scaled(160)
            minimumHeight: Theme.scaled(72)
            name: qsTr("What the assistant is told first")
            objectName: "systemPrompt"
            placeholderText: qsTr("Nothing")
            text: AppViewModel.systemPrompt
        }
    }

    SafeText {
        Layout.fillWidth: true
        elide: Text.ElideMiddle
        muted: true
        role: "caption"
        text: AppViewModel.name + " " + AppViewModel.version + " · " + AppViewModel.dataFolder
    }

    onClosed: AppViewModel.setSystemPrompt(systemPrompt.text)
}
