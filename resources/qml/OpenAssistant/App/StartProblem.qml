pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The plain window that says why the app cannot start, what can be done about it, and what was done. */
T.ApplicationWindow {
    id: root

    objectName: "startProblem"

    readonly property bool busy: StartProblemViewModel.busy !== ""

    function focusNext(): void {
        if (root.busy)
            return;
        const next = StartProblemViewModel.done ? openButton : ways.count > 0 ? ways.itemAt(0) : closeButton;
        next.forceActiveFocus(Qt.TabFocusReason);
    }

    color: Theme.ground
    font.family: Theme.fontFamily
    font.pixelSize: Theme.sizeBody
    height: Math.min(0.9 * Screen.desktopAvailableHeight, Math.max(300, Math.ceil(content.implicitHeight) + buttons.implicitHeight + 2 * Theme.space8 + Theme.space6))
    minimumHeight: 260
    minimumWidth: 460
    title: "OpenAssistant Desktop"
    visible: true
    width: 760

    Component.onCompleted: root.focusNext()

    Shortcut {
        sequences: [StandardKey.Cancel, StandardKey.Quit]

        onActivated: root.close()
    }

    Connections {
        function onBusyChanged(): void {
            root.focusNext();
        }

        target: StartProblemViewModel
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.margins: Theme.space8
        spacing: Theme.space6

        Flickable {
            id: page

            readonly property bool overflows: page.contentHeight > page.height + 1
            readonly property int ring: 4

            function reveal(item: Item): void {
                const top = item.mapToItem(content, 0, 0).y;
                page.contentY = Math.max(0, Math.min(top, Math.max(page.contentY, top + item.height + 2 * page.ring - page.height)));
            }

            Layout.fillHeight: true
            Layout.fillWidth: true
            Layout.margins: -page.ring
            boundsBehavior: Flickable.StopAtBounds
            clip: page.overflows
            contentHeight: content.implicitHeight + 2 * page.ring

            T.ScrollBar.vertical: SafeScrollBar {}

            ColumnLayout {
                id: content

                spacing: Theme.space5
                width: page.width - 2 * page.ring - (page.overflows ? Theme.space3 : 0)
                x: page.ring
                y: page.ring

                RowLayout {
                    Layout.fillWidth: true
                    spacing: Theme.space4

                    Rectangle {
                        Layout.alignment: Qt.AlignTop
                        color: StartProblemViewModel.done ? Theme.accentSoft : Theme.dangerSoft
                        implicitHeight: Theme.scaled(44)
                        implicitWidth: Theme.scaled(44)
                        radius: height / 2

                        Icon {
                            anchors.centerIn: parent
                            color: StartProblemViewModel.done ? Theme.accentInk : Theme.danger
                            name: StartProblemViewModel.done ? "check" : "warning"
                            size: 22
                        }
                    }

                    ColumnLayout {
                        Layout.fillWidth: true
                        spacing: Theme.space2

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
                    }
                }

                Banner {
                    Layout.fillWidth: true
                    kind: "error"
                    objectName: "problemFailure"
                    text: StartProblemViewModel.failure
                    visible: text !== ""
                }

                ColumnLayout {
                    Layout.bottomMargin: Theme.space2
                    Layout.fillWidth: true
                    Layout.topMargin: Theme.space2
                    spacing: Theme.space3
                    visible: root.busy

                    SafeText {
                        Layout.fillWidth: true
                        muted: true
                        objectName: "problemBusy"
                        role: "control"
                        text: StartProblemViewModel.busy
                        wrapMode: Text.Wrap
                    }

                    ProgressLine {
                        Layout.fillWidth: true
                        name: StartProblemViewModel.busy
                    }
                }

                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: Theme.space2
                    visible: ways.count > 0

                    Repeater {
                        id: ways

                        model: StartProblemViewModel.ways

                        delegate: RecoveryWay {
                            required property int index
                            required property string key
                            required property string title

                            required sentence
                            required iconName

                            Layout.fillWidth: true
                            first: index === 0
                            objectName: "way-" + key
                            text: title

                            onActiveFocusChanged: if (activeFocus)
                                page.reveal(this)
                            onClicked: StartProblemViewModel.take(key)
                        }
                    }
                }

                SafeText {
                    Layout.fillWidth: true
                    muted: true
                    objectName: "problemDetail"
                    role: "secondary"
                    text: StartProblemViewModel.detail
                    visible: text !== ""
                    wrapMode: Text.WrapAtWordBoundaryOrAnywhere
                }
            }
        }

        RowLayout {
            id: buttons

            Layout.fillWidth: true
            spacing: Theme.space2

            SafeButton {
                iconName: "copy"
                objectName: "problemCopy"
                text: qsTr("Copy")
                variant: "quiet"

                onClicked: StartProblemViewModel.copy()
            }

            Item {
                Layout.fillWidth: true
            }

            SafeButton {
                id: closeButton

                objectName: "problemClose"
                text: qsTr("Close")

                onClicked: root.close()
            }

            SafeButton {
                id: openButton

                objectName: "problemOpen"
                text: qsTr("Open")
                variant: "primary"
                visible: StartProblemViewModel.done

                onClicked: {
                    StartProblemViewModel.open();
                    root.close();
                }
            }
        }
    }
}
