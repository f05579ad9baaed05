pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The models that are here, the one that runs, and the way to another file. */
SafePopup {
    id: root

    padding: Theme.space2
    width: Theme.scaled(360)

    contentItem: ColumnLayout {
        spacing: Theme.space1

        ListView {
            id: list

            Layout.fillWidth: true
            activeFocusOnTab: true
            boundsBehavior: Flickable.StopAtBounds
            clip: true
            focus: true
            implicitHeight: Math.min(contentHeight, Theme.scaled(300))
            keyNavigationEnabled: true
            model: ModelViewModel.models
            objectName: "modelList"

            T.ScrollBar.vertical: SafeScrollBar {}

            delegate: SafeItemDelegate {
                id: entry

                required property int index
                required property string key
                required property string title
                required property string detail
                required property bool current

                active: entry.current
                highlighted: ListView.isCurrentItem && list.activeFocus
                iconName: "models"
                objectName: "model" + entry.index
                secondary: entry.detail
                text: entry.title
                width: list.width

                onClicked: {
                    ModelViewModel.choose(entry.key);
                    root.close();
                }

                Icon {
                    color: Theme.accentInk
                    name: "check"
                    size: 16
                    visible: entry.current && ModelViewModel.ready
                }
            }
        }

        ProgressLine {
            Layout.fillWidth: true
            Layout.margins: Theme.space2
            name: qsTr("Loading the model")
            objectName: "modelProgress"
            progress: ModelViewModel.progress
            visible: ModelViewModel.loading
        }

        SafeText {
            Layout.fillWidth: true
            Layout.margins: Theme.space2
            color: Theme.danger
            objectName: "modelProblem"
            role: "secondary"
            text: ModelViewModel.problem
            visible: text !== ""
            wrapMode: Text.Wrap
        }

        SafeButton {
            Layout.fillWidth: true
            Layout.leftMargin: Theme.space1
            Layout.rightMargin: Theme.space1
            Layout.topMargin: Theme.space1
            iconName: "models"
            objectName: "moreModels"
            text: ModelViewModel.isTour ? qsTr("Get a real model") : qsTr("More models")
            variant: ModelViewModel.isTour ? "primary" : "normal"

            onClicked: {
                root.close();
                Pages.show("models");
            }
        }

        RowLayout {
            Layout.fillWidth: true
            Layout.margins: Theme.space1
            spacing: Theme.space2

            SafeButton {
                iconName: "folder"
                objectName: "pickModelFile"
                text: qsTr("Open a file…")

                onClicked: {
                    root.close();
                    ModelViewModel.requestFile();
                }
            }

            Item {
                Layout.fillWidth: true
            }

            SafeButton {
                objectName: "unloadModel"
                text: ModelViewModel.loading ? qsTr("Stop loading") : qsTr("Unload")
                toolTip: ModelViewModel.loading ? "" : qsTr("End the engine and give its memory back")
                variant: "quiet"
                visible: ModelViewModel.loading || ModelViewModel.ready

                onClicked: ModelViewModel.unload()
            }

            SafeButton {
                objectName: "restartEngine"
                text: ModelViewModel.ready ? qsTr("Restart") : qsTr("Start")
                variant: "quiet"
                visible: !ModelViewModel.loading

                onClicked: ModelViewModel.restart()
            }
        }
    }
}
