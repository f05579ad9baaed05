pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** One model of the catalogue: what it is good for, whether it fits, and the way to get it. */
ColumnLayout {
    id: root

    required property int index
    required property string key
    required property string title
    required property string head
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
    property bool expanded: false
    readonly property bool narrow: root.width < Theme.scaled(700)

    spacing: Theme.space2

    SafeLabel {
        Layout.bottomMargin: Theme.space1
        Layout.fillWidth: true
        Layout.topMargin: root.index > 0 ? Theme.space4 : 0
        text: root.head
        visible: text !== ""
    }

    Divider {
        Layout.bottomMargin: Theme.space2
        Layout.fillWidth: true
    }

    GridLayout {
        Layout.fillWidth: true
        columnSpacing: Theme.space4
        columns: root.narrow ? 1 : 2
        rowSpacing: Theme.space2

        ColumnLayout {
            Layout.alignment: Qt.AlignTop
            Layout.fillWidth: true
            spacing: Theme.space1

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.space2

                SafeText {
                    Layout.fillWidth: true
                    Layout.maximumWidth: Math.ceil(implicitWidth)
                    elide: Text.ElideRight
                    font.weight: Font.DemiBold
                    maximumLineCount: 1
                    objectName: "modelTitle"
                    text: root.title
                }

                FitPill {
                    fit: root.fit
                    reason: root.fitReason
                    text: root.fitText
                }

                Pill {
                    kind: "warning"
                    text: qsTr("non-commercial")
                    toolTip: qsTr("Its licence does not allow commercial use")
                    visible: root.nonCommercial
                }

                Item {
                    Layout.fillWidth: true
                }
            }

            SafeText {
                Layout.fillWidth: true
                elide: Text.ElideRight
                maximumLineCount: 3
                role: "control"
                text: root.sentence
                wrapMode: Text.Wrap
            }

            SafeText {
                Layout.fillWidth: true
                elide: Text.ElideRight
                maximumLineCount: 2
                muted: true
                role: "secondary"
                text: root.standing === "coming" || root.standing === "failed" ? root.standingText : root.facts
                wrapMode: Text.Wrap
            }
        }

        RowLayout {
            Layout.alignment: Qt.AlignTop
            Layout.fillWidth: root.narrow
            Layout.preferredWidth: Theme.scaled(392)
            spacing: Theme.space2

            SizeChoice {
                Layout.fillWidth: true
                choices: root.choices
                chosen: root.chosen
                label: root.sizeLabel
                modelName: root.title
                nameAfter: root.narrow
                technical: root.technical

                onPicked: place => CatalogueViewModel.chooseSize(root.key, place)
            }

            ModelAction {
                Layout.maximumWidth: root.narrow ? Math.max(implicitWidth, Theme.scaled(116)) : Number.POSITIVE_INFINITY
                Layout.preferredWidth: Theme.scaled(116)
                canPause: root.downloadKey !== ""
                discouraged: root.fit === "too-big"
                modelName: root.title
                progress: root.progress
                status: root.standing
                statusText: root.standingText

                onDownloadRequested: CatalogueViewModel.download(root.key)
                onPauseRequested: DownloadsViewModel.pause(root.downloadKey)
                onResumeRequested: DownloadsViewModel.resume(root.downloadKey)
                onUseRequested: CatalogueViewModel.use(root.modelRef)
            }

            SafeIconButton {
                iconName: root.expanded ? "chevronUp" : "chevronDown"
                name: root.expanded ? qsTr("Less about %1").arg(root.title) : qsTr("More about %1").arg(root.title)
                objectName: "moreButton"

                onClicked: root.expanded = !root.expanded
            }
        }
    }

    Loader {
        Layout.fillWidth: true
        active: root.expanded
        visible: root.expanded

        sourceComponent: ColumnLayout {
            spacing: Theme.space2

            SafeText {
                Layout.fillWidth: true
                objectName: "fitReason"
                role: "secondary"
                text: root.fitReason
                visible: text !== ""
                wrapMode: Text.Wrap
            }

            SafeText {
                Layout.fillWidth: true
                muted: true
                role: "secondary"
                text: root.technical === "" ? root.quality : root.technical + ": " + root.quality
                visible: root.quality !== ""
                wrapMode: Text.Wrap
            }

            LicenceNote {
                Layout.fillWidth: true
                licence: root.licence
                licenceUrl: root.licenceUrl
                nonCommercial: root.nonCommercial
                notice: root.licenceNotice
                pageUrl: root.pageUrl
            }
        }
    }
}
