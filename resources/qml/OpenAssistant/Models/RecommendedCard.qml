pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The one model to begin with, and the one button to press. */
Card {
    id: root

    required property string key
    required property string title
    required property string sentence
    required property var choices
    required property int chosen
    required property string sizeLabel
    required property string technical
    required property string facts
    required property string quality
    required property string fit
    required property string fitText
    required property string fitReason
    required property string licence
    required property string licenceNotice
    required property string licenceUrl
    required property string pageUrl
    required property bool nonCommercial
    required property string standing
    required property string standingText
    required property real progress
    required property string downloadKey
    required property string modelRef
    readonly property bool narrow: root.width < Theme.scaled(560)

    implicitHeight: column.implicitHeight + 2 * Theme.space6

    ColumnLayout {
        id: column

        anchors.left: parent.left
        anchors.margins: Theme.space6
        anchors.right: parent.right
        anchors.top: parent.top
        spacing: Theme.space3

        SafeLabel {
            Layout.fillWidth: true
            color: Theme.accentInk
            text: qsTr("Recommended for this machine")
        }

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.space3

            SafeText {
                Layout.fillWidth: true
                Layout.maximumWidth: Math.ceil(implicitWidth)
                elide: Text.ElideRight
                maximumLineCount: 1
                objectName: "recommendedTitle"
                role: "heading"
                text: root.title

                Accessible.role: Accessible.Heading
            }

            FitPill {
                fit: root.fit
                reason: root.fitReason
                text: root.fitText
            }

            Item {
                Layout.fillWidth: true
            }
        }

        SafeText {
            Layout.fillWidth: true
            text: root.sentence
            wrapMode: Text.Wrap
        }

        SafeText {
            Layout.fillWidth: true
            muted: true
            objectName: "recommendedReason"
            role: "secondary"
            text: root.fitReason
            visible: text !== ""
            wrapMode: Text.Wrap
        }

        GridLayout {
            Layout.fillWidth: true
            Layout.topMargin: Theme.space1
            columnSpacing: Theme.space3
            columns: root.narrow ? 1 : 3
            rowSpacing: Theme.space3
            visible: root.standing !== "coming"

            ModelAction {
                Layout.fillWidth: root.narrow
                Layout.preferredWidth: Theme.scaled(148)
                modelName: root.title
                objectName: "recommendedAction"
                status: root.standing
                strong: true

                onDownloadRequested: CatalogueViewModel.download(root.key)
                onResumeRequested: DownloadsViewModel.resume(root.downloadKey)
                onUseRequested: CatalogueViewModel.use(root.modelRef)
            }

            SizeChoice {
                Layout.fillWidth: false
                choices: root.choices
                chosen: root.chosen
                label: root.sizeLabel
                modelName: root.title
                nameAfter: true
                technical: root.technical
                visible: root.standing === ""

                onPicked: place => CatalogueViewModel.chooseSize(root.key, place)
            }

            SafeText {
                Layout.fillWidth: true
                elide: Text.ElideRight
                maximumLineCount: 2
                muted: true
                role: "secondary"
                text: root.standing === "here" ? qsTr("It is on this machine, checked and ready.") : root.standing === "" ? qsTr("Comes from %1, and only when you press the button.").arg(HubSearchViewModel.host) : root.standingText
                wrapMode: Text.Wrap
            }
        }

        RowLayout {
            Layout.fillWidth: true
            Layout.topMargin: Theme.space1
            spacing: Theme.space3
            visible: root.standing === "coming"

            ColumnLayout {
                Layout.fillWidth: true
                spacing: Theme.space2

                ProgressLine {
                    Layout.fillWidth: true
                    name: qsTr("Download of %1").arg(root.title)
                    progress: root.progress
                }

                SafeText {
                    Layout.fillWidth: true
                    elide: Text.ElideRight
                    maximumLineCount: 1
                    muted: true
                    objectName: "recommendedProgress"
                    role: "secondary"
                    text: root.standingText
                }
            }

            SafeIconButton {
                iconName: "pause"
                name: qsTr("Pause the download of %1").arg(root.title)
                visible: root.downloadKey !== ""

                onClicked: DownloadsViewModel.pause(root.downloadKey)
            }

            SafeIconButton {
                iconName: "close"
                name: qsTr("Cancel the download of %1 and remove what came").arg(root.title)
                visible: root.downloadKey !== ""

                onClicked: DownloadsViewModel.cancel(root.downloadKey)
            }
        }

        SafeText {
            Layout.fillWidth: true
            muted: true
            role: "secondary"
            text: qsTr("Meanwhile the tour model answers, and you may close the app: the download goes on when you open it again.")
            visible: root.standing === "coming"
            wrapMode: Text.Wrap
        }

        Divider {
            Layout.fillWidth: true
        }

        SafeText {
            Layout.fillWidth: true
            elide: Text.ElideRight
            maximumLineCount: 2
            muted: true
            role: "secondary"
            text: root.facts
            wrapMode: Text.Wrap
        }

        LicenceNote {
            Layout.fillWidth: true
            licence: ""
            licenceUrl: root.licenceUrl
            nonCommercial: root.nonCommercial
            notice: root.licenceNotice
            pageUrl: root.pageUrl
        }
    }
}
