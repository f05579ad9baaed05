pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** What holds for one model instead of the settings of the app. */
SafeDialog {
    id: root

    acceptText: qsTr("Save")
    canAccept: !ModelSettingsViewModel.gpuLayersWrong
    message: qsTr("What is not set here is as in the settings of the app.")
    rejectText: qsTr("Cancel")
    title: qsTr("Settings of %1").arg(ModelSettingsViewModel.title)
    width: Math.min(Theme.scaled(600), parent ? parent.width - 2 * Theme.space6 : Theme.scaled(600))

    onAccepted: ModelSettingsViewModel.save()
    onClosed: ModelSettingsViewModel.close()

    Connections {
        function onAsked(): void {
            layers.text = ModelSettingsViewModel.gpuLayers;
            systemPrompt.text = ModelSettingsViewModel.systemPrompt;
            root.open();
        }

        target: ModelSettingsViewModel
    }

    GridLayout {
        Layout.fillWidth: true
        columnSpacing: Theme.space5
        columns: 2
        rowSpacing: Theme.space3

        SafeText {
            role: "control"
            text: qsTr("Context, in tokens")
        }

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.space3

            SafeSpinBox {
                from: 0
                name: qsTr("Context, in tokens; 0 is as in the settings")
                objectName: "modelContext"
                stepSize: 512
                to: ModelSettingsViewModel.contextMost
                value: ModelSettingsViewModel.contextTokens

                onValueModified: ModelSettingsViewModel.setContextTokens(value)
            }

            SafeText {
                Layout.fillWidth: true
                elide: Text.ElideRight
                maximumLineCount: 2
                muted: true
                role: "secondary"
                text: ModelSettingsViewModel.contextTokens === 0 ? qsTr("0: as in the settings. %1").arg(ModelSettingsViewModel.contextNote) : ModelSettingsViewModel.contextNote
                wrapMode: Text.Wrap
            }
        }

        SafeText {
            role: "control"
            text: qsTr("Layers on the\ngraphics card")
        }

        SafeTextField {
            id: layers

            Layout.preferredWidth: Theme.scaled(280)
            invalid: ModelSettingsViewModel.gpuLayersWrong
            name: qsTr("Layers on the graphics card: auto, all, or a number")
            objectName: "modelLayers"
            placeholderText: qsTr("As in the settings (%1)").arg(ModelSettingsViewModel.usualLayers)

            onTextEdited: ModelSettingsViewModel.setGpuLayers(layers.text)
        }

        SafeText {
            role: "control"
            text: qsTr("Cache of the context")
        }

        SafeComboBox {
            Layout.preferredWidth: Theme.scaled(280)
            currentIndex: ModelSettingsViewModel.kvType
            model: [qsTr("As in the settings (%1)").arg(ModelSettingsViewModel.usualKv), ...ModelSettingsViewModel.kvTypes]
            name: qsTr("Cache of the context")
            objectName: "modelKvType"

            onActivated: index => ModelSettingsViewModel.setKvType(index)
        }

        SafeText {
            role: "control"
            text: qsTr("Preset")
        }

        SafeComboBox {
            Layout.preferredWidth: Theme.scaled(280)
            currentIndex: ModelSettingsViewModel.preset
            model: [qsTr("As in the composer (%1)").arg(ModelSettingsViewModel.usualPreset), ...ModelSettingsViewModel.presets]
            name: qsTr("Preset")
            objectName: "modelPreset"

            onActivated: index => ModelSettingsViewModel.setPreset(index)
        }

        SafeText {
            Layout.alignment: Qt.AlignTop
            role: "control"
            text: qsTr("What the assistant\nis told first")
        }

        SafeTextArea {
            id: systemPrompt

            Layout.fillWidth: true
            maximumHeight: Theme.scaled(110)
            minimumHeight: Theme.scaled(56)
            name: qsTr("What the assistant is told first")
            objectName: "modelSystemPrompt"
            placeholderText: qsTr("As in the settings")

            onTextChanged: if (root.opened)
                ModelSettingsViewModel.setSystemPrompt(systemPrompt.text)
        }

        SafeText {
            role: "control"
            text: qsTr("Prompt format")
        }

        SafeComboBox {
            Layout.preferredWidth: Theme.scaled(280)
            currentIndex: ModelSettingsViewModel.promptFormat
            model: [qsTr("As recognised (%1)").arg(ModelSettingsViewModel.recognised), ...ModelSettingsViewModel.formats]
            name: qsTr("Prompt format")
            objectName: "modelFormat"

            onActivated: index => ModelSettingsViewModel.setPromptFormat(index)
        }

        SafeText {
            Layout.alignment: Qt.AlignTop
            role: "control"
            text: qsTr("How the model\nreads a chat")
        }

        PromptPreview {
            Layout.fillWidth: true
        }
    }

    SafeText {
        Layout.fillWidth: true
        color: Theme.danger
        role: "secondary"
        text: ModelSettingsViewModel.problem
        visible: text !== ""
        wrapMode: Text.Wrap
    }
}
