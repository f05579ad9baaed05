import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The plain window that says why the app cannot start, and where its files are. */
T.ApplicationWindow {
    id: root

    objectName: "startProblem"

    color: Theme.ground
    font.family: Theme.fontFamily
    font.pixelSize: Theme.sizeBody
    height: 380
    minimumHeight: 240
    minimumWidth: 420
    title: "OpenAssistant Desktop"
    visible: true
    width: 640

    ColumnLayout {
        anchors.fill: parent
        anchors.margins: Theme.space8
        spacing: Theme.space3

        Icon {
            color: Theme.danger
            name: "warning"
            size: 32
        }

        SafeText {
            Layout.fillWidth: true
            objectName: "problemTitle"
            role: "title"
            text: StartProblemViewModel.title
            wrapMode: Text.Wrap
        }

        SafeText {
            Layout.fillWidth: true
            objectName: "problemHint"
            text: StartProblemViewModel.hint
            visible: text !== ""
            wrapMode: Text.Wrap
        }

        SafeText {
            Layout.fillWidth: true
            muted: true
            objectName: "problemDetail"
            role: "secondary"
            text: StartProblemViewModel.detail
            visible: text !== ""
            wrapMode: Text.WrapAnywhere
        }

        Item {
            Layout.fillHeight: true
        }

        RowLayout {
            Layout.alignment: Qt.AlignRight
            spacing: Theme.space2

            SafeButton {
                objectName: "problemCopy"
                text: qsTr("Copy")

                onClicked: StartProblemViewModel.copy()
            }

            SafeButton {
                focus: true
                objectName: "problemClose"
                text: qsTr("Close")
                variant: "primary"

                onClicked: root.close()
            }
        }
    }
}
