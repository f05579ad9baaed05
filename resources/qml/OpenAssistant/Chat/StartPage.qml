pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** What a new conversation shows: what this app is for, and a few prompts to begin with. */
FocusFlickable {
    id: root

    signal promptChosen(text: string)

    scrolled: start
    contentHeight: Math.max(root.height, start.implicitHeight + 2 * Theme.space4)
    interactive: root.furthest > 0

    EmptyState {
        id: start

        height: root.contentHeight
        width: root.width

        iconName: root.height < Theme.scaled(400) ? "" : "chat"
        text: ModelViewModel.isTour ? qsTr("Everything stays on this computer. The small tour model that comes with the app shows how it works; a real model answers real questions.") : qsTr("Everything stays on this computer. Ask, compare the replies, rank them, and go on from the best.")
        title: qsTr("Ask for several replies at once")

        ColumnLayout {
            Layout.alignment: Qt.AlignHCenter
            Layout.topMargin: Theme.space3
            spacing: Theme.space2
            visible: !AppViewModel.readOnly

            Repeater {
                model: ModelViewModel.starters

                SafeButton {
                    id: starter

                    required property string modelData
                    required property int index

                    Layout.alignment: Qt.AlignHCenter
                    objectName: "starter" + starter.index
                    text: starter.modelData

                    onClicked: root.promptChosen(starter.text)
                }
            }

            SafeButton {
                Layout.alignment: Qt.AlignHCenter
                Layout.topMargin: Theme.space3
                iconName: "models"
                objectName: "getRealModel"
                text: qsTr("Get a real model")
                variant: "primary"
                visible: ModelViewModel.isTour

                onClicked: Pages.show("models")
            }

            SafeButton {
                Layout.alignment: Qt.AlignHCenter
                iconName: "folder"
                objectName: "openModelFile"
                text: qsTr("Open a model file…")
                variant: "quiet"
                visible: ModelViewModel.isTour

                onClicked: ModelViewModel.requestFile()
            }
        }
    }
}
