import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls

/** Another program has the file that is to be downloaded. */
SafeDialog {
    id: root

    acceptText: qsTr("Use that file")
    rejectText: qsTr("Cancel")

    onAccepted: GettingViewModel.useCopy()
    onRejected: GettingViewModel.giveUp()

    Connections {
        function onCopyFound(app: string, folder: string, size: string): void {
            root.title = qsTr("%1 has this file already").arg(app);
            root.message = qsTr("It lies in %1. It can be used there, after every byte of it was compared with what the hub published; it must stay where it is.").arg(folder);
            instead.text = qsTr("Download %1 instead").arg(size);
            root.open();
        }

        target: GettingViewModel
    }

    SafeButton {
        id: instead

        Layout.alignment: Qt.AlignLeft
        iconName: "download"
        objectName: "downloadInstead"

        onClicked: {
            GettingViewModel.downloadAnyway();
            root.close();
        }
    }
}
