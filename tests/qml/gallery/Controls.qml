import QtQuick
import QtQuick.Layouts
import QtQuick.Window
import OpenAssistant.Controls
import OpenAssistant.Theme

Window {
    id: root

    color: Theme.ground
    height: 900
    visible: true
    width: 1280

    RowLayout {
        anchors.fill: parent
        spacing: 0

        Rectangle {
            Layout.fillHeight: true
            color: Theme.panel
            implicitWidth: 64

            Column {
                anchors.horizontalCenter: parent.horizontalCenter
                spacing: 6
                y: 14

                Repeater {
                    model: [["chat", "Chat"], ["collect", "Collect"], ["arena", "Arena"], ["models", "Models"], ["insights", "Insights"], ["settings", "Settings"]]

                    SafeRailButton {
                        required property int index
                        required property var modelData

                        checked: index === 0
                        iconName: modelData[0]
                        text: modelData[1]
                    }
                }
            }
        }

        Divider {
            Layout.fillHeight: true
            vertical: true
        }

        Rectangle {
            Layout.fillHeight: true
            color: Theme.panel
            implicitWidth: 270

            ColumnLayout {
                anchors.fill: parent
                anchors.margins: Theme.space3
                spacing: Theme.space2

                SafeTextField {
                    Layout.fillWidth: true
                    hint: "Ctrl K"
                    placeholderText: "Search 1,284 conversations"
                }

                SafeLabel {
                    text: "Pinned"
                }

                SafeItemDelegate {
                    Layout.fillWidth: true
                    highlighted: true
                    secondary: "en · 3 branches · ranked"
                    text: "Etymology of “barn”"

                    SafeIconButton {
                        iconName: "more"
                        name: "More"
                        small: true
                    }
                }

                SafeItemDelegate {
                    Layout.fillWidth: true
                    secondary: "zh · 5 branches"
                    text: "关于春天的诗"
                }

                SafeItemDelegate {
                    Layout.fillWidth: true
                    secondary: "es · 1 branch · a very long second line that will not fit in the row"
                    text: "Receta de tortilla with a very long title that is cut"
                }

                SafeItemDelegate {
                    Layout.fillWidth: true
                    iconName: "folder"
                    text: "With an icon"
                }

                SafeLabel {
                    text: "Icons"
                }

                Flow {
                    Layout.fillWidth: true
                    spacing: 6

                    Repeater {
                        model: ["archive", "arena", "arrowDown", "arrowRight", "arrowUp", "branch", "chat", "check", "chevronDown", "chevronLeft", "chevronRight", "chevronUp", "clock", "close", "code", "collect", "copy", "device", "download", "edit", "error", "export", "external", "flag", "folder", "globe", "grip", "import", "info", "insights", "keyboard", "link", "models", "moon", "more", "pause", "pin", "play", "plus", "redo", "refresh", "search", "send", "settings", "sidebar", "spark", "star", "stop", "sun", "thumbDown", "thumbUp", "trash", "tree", "undo", "user", "warning"]

                        Icon {
                            required property string modelData

                            color: Theme.ink
                            name: modelData
                        }
                    }
                }

                Item {
                    Layout.fillHeight: true
                }

                EmptyState {
                    Layout.fillWidth: true
                    Layout.preferredHeight: implicitHeight + 20
                    actionText: "New conversation"
                    iconName: "chat"
                    text: "Ask something, then compare the replies."
                    title: "Nothing here yet"
                }
            }
        }

        Divider {
            Layout.fillHeight: true
            vertical: true
        }

        ColumnLayout {
            Layout.fillWidth: true
            Layout.margins: Theme.space6
            spacing: Theme.space4

            RowLayout {
                spacing: Theme.space2

                SafeText {
                    Layout.fillWidth: true
                    role: "title"
                    text: "Etymology of “barn”"
                }

                Pill {
                    kind: "accent"
                    text: "oasst-sft-4 Pythia-12B · Q4_K_M"
                }

                Pill {
                    text: "36/36 layers on GPU"
                }

                Pill {
                    kind: "machine"
                    text: "reward 0.82"
                }

                Pill {
                    iconName: "warning"
                    kind: "warning"
                    text: "offline"
                }

                Pill {
                    kind: "danger"
                    text: "stopped"
                }
            }

            RowLayout {
                spacing: Theme.space2

                SafeButton {
                    text: "Send"
                    variant: "primary"
                }

                SafeButton {
                    iconName: "refresh"
                    text: "Regenerate"
                }

                SafeButton {
                    iconName: "arrowRight"
                    iconTrailing: true
                    text: "Continue from here"
                    variant: "quiet"
                }

                SafeButton {
                    text: "Delete"
                    variant: "danger"
                }

                SafeButton {
                    enabled: false
                    text: "Disabled"
                }

                SafeButton {
                    small: true
                    text: "Small"
                }

                SafeIconButton {
                    iconName: "copy"
                    name: "Copy"
                }

                SafeIconButton {
                    iconName: "thumbUp"
                    name: "Good"
                    small: true
                }

                SafeIconButton {
                    checkable: true
                    checked: true
                    iconName: "pin"
                    name: "Pin"
                }
            }

            RowLayout {
                spacing: Theme.space4

                SafeCheckBox {
                    checked: true
                    text: "Checked"
                }

                SafeCheckBox {
                    text: "Unchecked"
                }

                SafeSwitch {
                    checked: true
                    text: "Auto-score"
                }

                SafeSwitch {
                    text: "Off"
                }

                SafeComboBox {
                    model: ["k50", "k50-Plain", "beam-search"]
                    name: "Preset"
                }

                SafeSpinBox {
                    name: "Replies"
                    value: 4
                }

                SafeSlider {
                    Layout.fillWidth: true
                    name: "Temperature"
                    value: 0.6
                }
            }

            Banner {
                Layout.fillWidth: true
                actionText: "Restart engine"
                closable: true
                hint: "The partial reply was kept."
                kind: "error"
                text: "The engine stopped while it was writing."
            }

            Banner {
                Layout.fillWidth: true
                kind: "warning"
                text: "3 older turns no longer fit into the context and were left out."
            }

            Banner {
                Layout.fillWidth: true
                text: "A newer version of this model is on disk."
            }

            RowLayout {
                spacing: Theme.space4

                Card {
                    Layout.fillWidth: true
                    Layout.preferredWidth: 460
                    implicitHeight: 160
                    selected: true

                    ColumnLayout {
                        anchors.fill: parent
                        anchors.margins: Theme.space4

                        SafeText {
                            Layout.fillWidth: true
                            text: "The word goes back to Old English bern, a shortened form of bereærn. It first named a store for barley and later any farm building."
                            wrapMode: Text.Wrap
                        }

                        Item {
                            Layout.fillHeight: true
                        }

                        RowLayout {
                            spacing: Theme.space3

                            ScaleDots {
                                name: "Helpful"
                                value: 4
                            }

                            ScaleDots {
                                focus: true
                                name: "Quality"
                                objectName: "focusDots"
                                value: 5
                            }

                            Item {
                                Layout.fillWidth: true
                            }

                            SafeButton {
                                small: true
                                text: "Continue from here →"
                                variant: "quiet"
                            }
                        }
                    }
                }

                ColumnLayout {
                    Layout.preferredWidth: 220

                    ProgressLine {
                        Layout.fillWidth: true
                        progress: 0.43
                    }

                    ProgressLine {
                        Layout.fillWidth: true
                    }

                    SafeTextField {
                        Layout.fillWidth: true
                        invalid: true
                        text: "not a number"
                    }

                    SafeTextField {
                        iconName: "search"
                        placeholderText: "Find in conversation"
                    }
                }
            }

            Item {
                Layout.fillHeight: true
            }

            Card {
                Layout.fillWidth: true
                implicitHeight: composer.implicitHeight + 2 * Theme.space2

                ColumnLayout {
                    id: composer

                    anchors.fill: parent
                    anchors.margins: Theme.space2

                    SafeTextArea {
                        Layout.fillWidth: true
                        framed: false
                        minimumHeight: 44
                        placeholderText: "Message the assistant"
                    }

                    RowLayout {
                        SafeChip {
                            opensMenu: true
                            text: "4 replies"
                        }

                        SafeChip {
                            text: "k50"
                        }

                        SafeChip {
                            checkable: true
                            checked: true
                            text: "English"
                        }

                        Item {
                            Layout.fillWidth: true
                        }

                        SafeButton {
                            objectName: "send"
                            text: "Send"
                            variant: "primary"
                        }
                    }
                }
            }
        }
    }

    SafeMenu {
        id: menu

        objectName: "menu"
        x: 360
        y: 640

        SafeMenuItem {
            iconName: "edit"
            shortcutText: "F2"
            text: "Rename"
        }

        SafeMenuItem {
            checkable: true
            checked: true
            text: "Pinned"
        }

        SafeMenuSeparator {}

        SafeMenuItem {
            danger: true
            iconName: "trash"
            text: "Delete"
        }
    }

    Toast {
        id: toast

        objectName: "toast"
    }

    Component.onCompleted: {
        menu.open();
        toast.show("Conversation deleted", "Undo");
    }
}
