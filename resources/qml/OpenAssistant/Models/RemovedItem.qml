import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** One model that was removed: it can still be put back, or its space be given back at once. */
ColumnLayout {
    id: root

    required property int index
    required property string key
    required property string title
    required property string text
    required property bool takesSpace

    spacing: Theme.space3

    Divider {
        Layout.fillWidth: true
    }

    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.space4

        ColumnLayout {
            Layout.fillWidth: true
            spacing: Theme.space1

            SafeText {
                Layout.fillWidth: true
                elide: Text.ElideRight
                maximumLineCount: 1
                muted: true
                objectName: "removedTitle"
                text: root.title
            }

            SafeText {
                Layout.fillWidth: true
                muted: true
                role: "secondary"
                text: root.text
                wrapMode: Text.Wrap
            }
        }

        SafeButton {
            objectName: "deleteForGood"
            text: qsTr("Delete for good")
            variant: "quiet"
            visible: root.takesSpace

            Accessible.name: text + ": " + root.title

            onClicked: RemovedViewModel.deleteForGood(root.key)
        }

        SafeButton {
            objectName: "putBack"
            text: qsTr("Put it back")

            Accessible.name: text + ": " + root.title

            onClicked: RemovedViewModel.putBack(root.key)
        }
    }
}
