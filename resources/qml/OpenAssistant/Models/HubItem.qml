pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** One repository of the hub; opened, it offers its models in their sizes. */
ColumnLayout {
    id: root

    required property int index
    required property string key
    required property string title
    required property string owner
    required property string facts
    required property string popularity
    required property string pageUrl
    required property bool gated
    required property bool expanded
    required property bool loading
    required property string problem
    required property string hint
    required property string note
    required property var choices
    required property int chosen
    required property string sizeLabel
    required property string technical
    required property string quality
    required property string fit
    required property string fitText
    required property string fitReason
    required property string standing
    required property string standingText
    required property real progress
    required property string downloadKey
    required property string modelRef
    readonly property bool narrow: root.width < Theme.scaled(700)

    signal tokenRequested

    spacing: Theme.space2

    Divider {
        Layout.bottomMargin: Theme.space2
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
                spacing: Theme.space2

                SafeText {
                    Layout.fillWidth: true
                    Layout.maximumWidth: Math.ceil(implicitWidth)
                    elide: Text.ElideMiddle
                    font.weight: Font.DemiBold
                    maximumLineCount: 1
                    objectName: "hubTitle"
                    text: root.title
                }

                FitPill {
                    fit: root.fit
                    reason: root.fitReason
                    text: root.fitText
                }

                Pill {
                    kind: "warning"
                    text: qsTr("terms to accept")
                    visible: root.gated
                }

                Item {
                    Layout.fillWidth: true
                }
            }

            SafeText {
                Layout.fillWidth: true
                elide: Text.ElideRight
                maximumLineCount: 1
                role: "control"
                text: [root.owner, root.popularity].filter(part => part !== "").join(" · ")
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
        }

        SafeButton {
            Layout.alignment: Qt.AlignTop
            iconName: root.expanded ? "chevronUp" : "chevronDown"
            iconTrailing: true
            objectName: "showFiles"
            text: root.expanded ? qsTr("Less") : qsTr("Show sizes")

            Accessible.name: text + ": " + root.title

            onClicked: HubSearchViewModel.toggle(root.key)
        }
    }

    ProgressLine {
        Layout.fillWidth: true
        name: qsTr("Asking for the files of %1").arg(root.title)
        visible: root.loading
    }

    GatedNote {
        Layout.fillWidth: true
        pageUrl: root.pageUrl
        visible: root.expanded && root.gated

        onTokenRequested: root.tokenRequested()
    }

    GridLayout {
        Layout.fillWidth: true
        columnSpacing: Theme.space4
        columns: root.narrow ? 1 : 2
        rowSpacing: Theme.space2
        visible: root.expanded && root.choices.length > 0

        ColumnLayout {
            Layout.fillWidth: true
            spacing: Theme.space1

            SafeText {
                Layout.fillWidth: true
                role: "secondary"
                text: root.standing === "coming" || root.standing === "failed" ? root.standingText : root.fitReason
                visible: text !== ""
                wrapMode: Text.Wrap
            }

            SafeText {
                Layout.fillWidth: true
                muted: true
                role: "secondary"
                text: [root.quality, root.note].filter(part => part !== "").join(" ")
                visible: text !== ""
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

                onPicked: place => HubSearchViewModel.chooseSize(root.key, place)
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

                onDownloadRequested: HubSearchViewModel.download(root.key)
                onPauseRequested: DownloadsViewModel.pause(root.downloadKey)
                onResumeRequested: DownloadsViewModel.resume(root.downloadKey)
                onUseRequested: CatalogueViewModel.use(root.modelRef)
            }
        }
    }

    SafeText {
        Layout.fillWidth: true
        color: Theme.danger
        objectName: "hubProblem"
        role: "control"
        text: root.problem
        visible: text !== "" && root.expanded
        wrapMode: Text.Wrap
    }

    SafeText {
        Layout.fillWidth: true
        muted: true
        role: "secondary"
        text: root.hint
        visible: text !== "" && root.expanded
        wrapMode: Text.Wrap
    }

    Flow {
        Layout.fillWidth: true
        Layout.leftMargin: -Theme.space2
        spacing: Theme.space2
        visible: root.expanded

        SafeButton {
            iconName: "external"
            iconTrailing: true
            objectName: "hubPage"
            small: true
            text: qsTr("Its page and licence")
            variant: "quiet"

            onClicked: AppViewModel.considerLink(root.pageUrl)
        }

        SafeButton {
            iconName: "refresh"
            objectName: "hubAgain"
            small: true
            text: qsTr("Try again")
            variant: "quiet"
            visible: root.problem !== "" && root.choices.length === 0

            onClicked: HubSearchViewModel.look(root.key)
        }
    }
}
