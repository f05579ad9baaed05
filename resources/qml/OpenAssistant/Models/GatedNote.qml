import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** Why a repository is closed, and the two steps that open it. */
Rectangle {
    id: root

    property string pageUrl: ""

    signal tokenRequested

    color: Theme.warningSoft
    implicitHeight: column.implicitHeight + 2 * Theme.space3
    radius: Theme.radiusSmall

    ColumnLayout {
        id: column

        anchors.left: parent.left
        anchors.margins: Theme.space3
        anchors.right: parent.right
        anchors.top: parent.top
        spacing: Theme.space2

        SafeText {
            Layout.fillWidth: true
            role: "control"
            text: qsTr("Its owners give this model only to people who have accepted their terms. Read and accept them on its page, then give the app a token of yours.")
            wrapMode: Text.Wrap
        }

        Flow {
            Layout.fillWidth: true
            spacing: Theme.space2

            SafeButton {
                iconName: "external"
                iconTrailing: true
                objectName: "gatedPage"
                small: true
                text: qsTr("Open its page")

                onClicked: AppViewModel.considerLink(root.pageUrl)
            }

            SafeButton {
                objectName: "gatedToken"
                small: true
                text: qsTr("Give a token…")

                onClicked: root.tokenRequested()
            }
        }
    }
}
