pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The box one types in. Enter sends, Esc stops, Up in the empty box edits the last prompt. */
Card {
    id: root

    signal stopRequested
    signal lastPromptRequested

    /** Gives keyboard focus to the text. */
    function focusText(): void {
        input.focusText();
    }

    implicitHeight: column.implicitHeight + Theme.space2 + Theme.space3

    Connections {
        function onDraftChanged(): void {
            if (input.text !== ComposerViewModel.draft)
                input.text = ComposerViewModel.draft;
        }

        target: ComposerViewModel
    }

    ColumnLayout {
        id: column

        anchors.fill: parent
        anchors.bottomMargin: Theme.space3
        anchors.leftMargin: Theme.space3
        anchors.rightMargin: Theme.space3
        anchors.topMargin: Theme.space2
        spacing: Theme.space2

        SafeTextArea {
            id: input

            Layout.fillWidth: true
            framed: false
            maximumHeight: Theme.scaled(220)
            minimumHeight: Theme.scaled(36)
            name: qsTr("Message")
            objectName: "composerInput"
            placeholderText: ComposerViewModel.readOnly ? qsTr("The conversations are open for reading only") : qsTr("Message the assistant")
            readOnly: ComposerViewModel.readOnly
            submitOnEnter: ComposerViewModel.enterSends

            onEscapePressed: root.stopRequested()
            onRecallRequested: root.lastPromptRequested()
            onSubmitted: ComposerViewModel.send()
            onTextChanged: ComposerViewModel.setDraft(input.text)

            Component.onCompleted: input.text = ComposerViewModel.draft
        }

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.space2

            Flickable {
                id: tools

                /** Brings a tool into view; they do not all fit when the text is very large. */
                function show(tool: Item): void {
                    tools.contentX = Math.max(0, Math.min(tool.x, tools.contentWidth - tools.width));
                }

                Layout.fillWidth: true
                boundsBehavior: Flickable.StopAtBounds
                clip: tools.contentWidth > tools.width
                contentWidth: toolRow.implicitWidth
                flickableDirection: Flickable.HorizontalFlick
                implicitHeight: toolRow.implicitHeight
                interactive: tools.contentWidth > tools.width

                Row {
                    id: toolRow

                    spacing: Theme.space2

                    SafeChip {
                        id: repliesChip

                        objectName: "repliesChip"
                        opensMenu: true
                        text: ComposerViewModel.repliesText
                        toolTip: qsTr("How many replies to ask for")

                        onActiveFocusChanged: if (repliesChip.activeFocus)
                            tools.show(repliesChip)
                        onClicked: repliesMenu.popup(repliesChip, 0, -repliesMenu.implicitHeight - 4)

                        SafeMenu {
                            id: repliesMenu

                            objectName: "repliesMenu"

                            Repeater {
                                model: 8

                                SafeMenuItem {
                                    required property int index

                                    checkable: true
                                    checked: ComposerViewModel.replies === index + 1
                                    objectName: "replies" + (index + 1)
                                    text: index === 0 ? qsTr("1 reply") : qsTr("%1 replies").arg(index + 1)

                                    onTriggered: ComposerViewModel.setReplies(index + 1)
                                }
                            }
                        }
                    }

                    SafeChip {
                        id: presetChip

                        objectName: "presetChip"
                        opensMenu: true
                        text: ComposerViewModel.preset
                        toolTip: qsTr("How replies are sampled")

                        onActiveFocusChanged: if (presetChip.activeFocus)
                            tools.show(presetChip)
                        onClicked: presetMenu.popup(presetChip, 0, -presetMenu.implicitHeight - 4)

                        SafeMenu {
                            id: presetMenu

                            objectName: "presetMenu"

                            Repeater {
                                model: ComposerViewModel.presets

                                SafeMenuItem {
                                    required property string key
                                    required property string title
                                    required property string detail

                                    checkable: true
                                    checked: ComposerViewModel.preset === key
                                    shortcutText: detail
                                    text: title

                                    onTriggered: ComposerViewModel.setPreset(key)
                                }
                            }
                        }
                    }

                    SafeChip {
                        id: languageChip

                        objectName: "languageChip"
                        opensMenu: true
                        text: ComposerViewModel.languageText
                        toolTip: ComposerViewModel.languageAuto ? qsTr("Language of the prompt, guessed from its letters") : qsTr("Language of your prompts")

                        onActiveFocusChanged: if (languageChip.activeFocus)
                            tools.show(languageChip)
                        onClicked: languagePopup.open()

                        LanguagePicker {
                            id: languagePopup

                            objectName: "languagePicker"
                            y: -implicitHeight - 4
                        }
                    }

                    SafeText {
                        elide: Text.ElideRight
                        height: repliesChip.height
                        muted: true
                        objectName: "composerHint"
                        role: "secondary"
                        text: ComposerViewModel.hint
                        verticalAlignment: Text.AlignVCenter
                        width: Math.min(implicitWidth, Math.max(Theme.scaled(120), tools.width - x))
                    }
                }
            }

            SafeButton {
                enabled: ComposerViewModel.busy || (ComposerViewModel.canSend && !input.composing)
                implicitWidth: Theme.scaled(76)
                objectName: "sendButton"
                text: ComposerViewModel.busy ? qsTr("Stop") : qsTr("Send")
                toolTip: ComposerViewModel.busy ? qsTr("Stop  Esc") : ""
                variant: ComposerViewModel.busy ? "normal" : "primary"

                onClicked: {
                    if (ComposerViewModel.busy)
                        root.stopRequested();
                    else
                        ComposerViewModel.send();
                    input.focusText();
                }
            }
        }
    }
}
