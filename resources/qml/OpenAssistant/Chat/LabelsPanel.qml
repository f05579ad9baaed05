pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** Every label and reaction of one message. What is set is stored at once. */
Rectangle {
    id: root

    property bool readOnly: false

    signal closed

    color: Theme.panel

    Keys.onEscapePressed: root.closed()

    ColumnLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.space4
        anchors.rightMargin: Theme.space2
        anchors.topMargin: Theme.space3
        spacing: Theme.space2

        RowLayout {
            Layout.fillWidth: true

            SafeLabel {
                Layout.fillWidth: true
                objectName: "labelsHeading"
                text: qsTr("Labels · %1").arg(LabelsViewModel.heading)
            }

            SafeIconButton {
                iconName: "close"
                name: qsTr("Close the labels")
                objectName: "closeLabels"
                shortcut: "Esc"
                small: true

                onClicked: root.closed()
            }
        }

        ListView {
            id: list

            Layout.fillHeight: true
            Layout.fillWidth: true
            boundsBehavior: Flickable.StopAtBounds
            clip: true
            model: LabelsViewModel.labels
            objectName: "labelList"
            spacing: Theme.space3

            T.ScrollBar.vertical: SafeScrollBar {}

            delegate: LabelField {
                id: field

                objectName: "label-" + field.key
                readOnly: root.readOnly
                width: list.width - Theme.space3

                onEdited: value => LabelsViewModel.setLabel(LabelsViewModel.messageId, field.key, value)
            }
            footer: ColumnLayout {
                spacing: Theme.space2
                width: list.width - Theme.space3

                SafeLabel {
                    Layout.topMargin: Theme.space5
                    text: qsTr("Reactions")
                }

                Flow {
                    Layout.bottomMargin: Theme.space4
                    Layout.fillWidth: true
                    spacing: Theme.space1

                    Repeater {
                        model: LabelsViewModel.reactions

                        SafeChip {
                            id: reaction

                            required property string key
                            required property string character
                            required property string name
                            required property bool present

                            checkable: true
                            checked: reaction.present
                            enabled: !root.readOnly
                            font.pixelSize: Theme.sizeBody
                            objectName: "reaction-" + reaction.key
                            text: reaction.character
                            toolTip: reaction.name

                            Accessible.name: reaction.name

                            onToggled: {
                                LabelsViewModel.react(LabelsViewModel.messageId, reaction.key);
                                reaction.checked = Qt.binding(() => reaction.present);
                            }
                        }
                    }
                }
            }
        }
    }
}
