import QtQuick
import QtQuick.Layouts
import OpenAssistant.Controls
import OpenAssistant.Theme

/** What can be done next with a model of the hub: get it, wait for it, or use it. */
RowLayout {
    id: root

    /** "", "coming", "paused", "failed" or "here". */
    property string status: ""
    property real progress: -1
    property string statusText: ""
    property string modelName: ""
    property bool strong: false
    /** It can be got, but is of no use here. */
    property bool discouraged: false
    property bool canPause: true

    signal downloadRequested
    signal useRequested
    signal pauseRequested
    signal resumeRequested

    spacing: Theme.space2

    SafeButton {
        Layout.fillWidth: true
        iconName: "download"
        objectName: "downloadButton"
        text: qsTr("Download")
        variant: root.strong ? "primary" : root.discouraged ? "quiet" : "normal"
        visible: root.status === ""

        Accessible.name: qsTr("Download %1").arg(root.modelName)

        onClicked: root.downloadRequested()
    }

    SafeButton {
        Layout.fillWidth: true
        objectName: "useButton"
        text: qsTr("Use it")
        variant: root.strong ? "primary" : "normal"
        visible: root.status === "here"

        Accessible.name: qsTr("Use %1").arg(root.modelName)

        onClicked: root.useRequested()
    }

    SafeButton {
        Layout.fillWidth: true
        objectName: "continueButton"
        text: root.status === "failed" ? qsTr("Try again") : qsTr("Continue")
        visible: root.status === "paused" || root.status === "failed"

        Accessible.name: text + ": " + root.modelName

        onClicked: root.resumeRequested()
    }

    ProgressLine {
        Layout.fillWidth: true
        name: qsTr("Download of %1").arg(root.modelName)
        progress: root.progress
        visible: root.status === "coming"

        Accessible.description: root.statusText
    }

    SafeIconButton {
        iconName: "pause"
        name: qsTr("Pause the download of %1").arg(root.modelName)
        objectName: "pauseButton"
        visible: root.status === "coming" && root.canPause

        onClicked: root.pauseRequested()
    }
}
