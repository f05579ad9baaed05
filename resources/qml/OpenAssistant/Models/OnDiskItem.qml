pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** One model that is on this machine: whether it runs, where, and what can be done with it. */
ColumnLayout {
    id: root

    required property int index
    required property string key
    required property string title
    required property string facts
    required property string place
    required property bool current
    required property bool loading
    required property bool loaded
    required property string status
    required property real progress
    required property string busy
    required property string problem
    required property string hint
    required property string note
    required property bool noteOk
    required property bool canUse
    required property bool canRemove
    required property bool canVerify
    required property bool canRepair
    required property bool canConfigure
    required property bool configured

    readonly property bool narrow: root.width < Theme.scaled(700)

    signal menuRequested(button: Item)

    /** A few words that are not to be parted at the end of a line. */
    function together(words: string): string {
        return words.length < 32 ? words.replace(/ /g, "\u00a0") : words;
    }

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

            GridLayout {
                Layout.fillWidth: true
                columnSpacing: Theme.space2
                columns: root.narrow ? 1 : 3
                rowSpacing: Theme.space1

                SafeText {
                    Layout.fillWidth: true
                    Layout.maximumWidth: Math.ceil(implicitWidth)
                    elide: Text.ElideRight
                    font.weight: Font.DemiBold
                    maximumLineCount: 1
                    objectName: "onDiskTitle"
                    text: root.title
                }

                Pill {
                    Layout.fillWidth: true
                    Layout.maximumWidth: implicitWidth
                    iconName: root.loaded ? "check" : ""
                    kind: "accent"
                    maximumWidth: Theme.scaled(360)
                    objectName: "onDiskStatus"
                    text: root.status
                    visible: text !== ""
                }

                Item {
                    Layout.fillWidth: true
                    visible: !root.narrow
                }
            }

            SafeText {
                Layout.fillWidth: true
                elide: Text.ElideRight
                maximumLineCount: 2
                muted: true
                role: "secondary"
                text: [root.facts, root.together(root.place), root.configured ? root.together(qsTr("own settings")) : ""].filter(part => part !== "").join(" · ")
                wrapMode: Text.Wrap
            }

            ProgressLine {
                Layout.bottomMargin: Theme.space1
                Layout.fillWidth: true
                Layout.topMargin: Theme.space1
                name: root.busy !== "" ? root.busy : qsTr("Loading the model")
                progress: root.progress
                visible: root.busy !== "" || root.loading
            }

            SafeText {
                Layout.fillWidth: true
                color: root.canUse ? Theme.warning : Theme.danger
                objectName: "onDiskProblem"
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
                visible: text !== "" && root.problem !== ""
                wrapMode: Text.Wrap
            }

            SafeText {
                Layout.fillWidth: true
                color: root.noteOk ? Theme.muted : Theme.danger
                objectName: "onDiskNote"
                role: "secondary"
                text: root.busy !== "" ? root.busy : root.note
                visible: text !== ""
                wrapMode: Text.Wrap
            }
        }

        SafeButton {
            objectName: "stopWork"
            text: qsTr("Stop")
            visible: root.busy !== ""

            Accessible.name: qsTr("Stop checking %1").arg(root.title)

            onClicked: OnDiskViewModel.stopWork(root.key)
        }

        SafeButton {
            iconName: "download"
            objectName: "repairModel"
            text: qsTr("Download again")
            visible: root.canRepair

            Accessible.name: text + ": " + root.title

            onClicked: OnDiskViewModel.repair(root.key)
        }

        SafeButton {
            objectName: "unloadOnDisk"
            text: root.loading ? qsTr("Stop loading") : qsTr("Unload")
            visible: root.loaded || root.loading

            Accessible.name: text + ": " + root.title

            onClicked: OnDiskViewModel.unload()
        }

        SafeButton {
            objectName: "useOnDisk"
            text: qsTr("Use it")
            visible: root.canUse && !root.loaded && !root.loading

            Accessible.name: qsTr("Use %1").arg(root.title)

            onClicked: OnDiskViewModel.use(root.key)
        }

        SafeIconButton {
            id: more

            iconName: "more"
            name: qsTr("More for %1").arg(root.title)
            objectName: "onDiskMore"

            onClicked: root.menuRequested(more)
        }
    }
}
