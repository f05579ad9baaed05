pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** One download: how far it is, or why it stopped and what can be done. */
ColumnLayout {
    id: root

    required property int index
    required property string key
    required property string title
    required property string source
    required property string text
    required property real progress
    required property bool moves
    required property string problem
    required property string hint
    required property string repo
    required property bool canPause
    required property bool canResume
    required property bool canRetry
    required property bool canCancel
    required property bool wantsToken

    signal tokenRequested(repo: string)

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

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.space3

                SafeText {
                    Layout.fillWidth: true
                    Layout.maximumWidth: Math.ceil(implicitWidth)
                    Layout.minimumWidth: Math.min(Layout.maximumWidth, root.width * 0.4)
                    elide: Text.ElideRight
                    font.weight: Font.DemiBold
                    maximumLineCount: 1
                    objectName: "downloadTitle"
                    text: root.title
                }

                SafeText {
                    Layout.fillWidth: true
                    elide: Text.ElideRight
                    maximumLineCount: 1
                    muted: true
                    role: "secondary"
                    text: root.source
                }
            }

            ProgressLine {
                Layout.bottomMargin: Theme.space1
                Layout.fillWidth: true
                Layout.topMargin: Theme.space1
                color: root.canPause ? Theme.accent : Theme.lineStrong
                name: qsTr("Download of %1").arg(root.title)
                objectName: "downloadProgress"
                progress: root.progress
                visible: root.moves
            }

            SafeText {
                Layout.fillWidth: true
                color: root.canRetry ? Theme.danger : Theme.warning
                objectName: "downloadProblem"
                role: "control"
                text: root.problem
                visible: text !== ""
                wrapMode: Text.Wrap
            }

            SafeText {
                Layout.fillWidth: true
                muted: true
                role: "secondary"
                text: root.hint
                visible: text !== ""
                wrapMode: Text.Wrap
            }

            SafeText {
                Layout.fillWidth: true
                elide: Text.ElideRight
                maximumLineCount: 1
                muted: true
                objectName: "downloadText"
                role: "secondary"
                text: root.text
                visible: text !== ""
            }
        }

        SafeButton {
            objectName: "giveToken"
            text: qsTr("Give a token…")
            visible: root.wantsToken

            Accessible.name: text + " " + root.title

            onClicked: root.tokenRequested(root.repo)
        }

        SafeButton {
            iconName: root.canRetry ? "refresh" : "play"
            objectName: "resumeDownload"
            text: root.canRetry ? qsTr("Try again") : qsTr("Continue")
            visible: root.canRetry || root.canResume

            Accessible.name: text + ": " + root.title

            onClicked: DownloadsViewModel.resume(root.key)
        }

        SafeIconButton {
            iconName: "pause"
            name: qsTr("Pause the download of %1").arg(root.title)
            objectName: "pauseDownload"
            visible: root.canPause

            onClicked: DownloadsViewModel.pause(root.key)
        }

        SafeIconButton {
            iconName: "close"
            name: qsTr("Cancel the download of %1 and remove what came").arg(root.title)
            objectName: "cancelDownload"
            visible: root.canCancel

            onClicked: DownloadsViewModel.cancel(root.key)
        }
    }
}
