pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The prompt as the model reads it: special tokens on a soft ground, the format muted, people's words in ink.
    Always left to right, as code is.
*/
ColumnLayout {
    id: root

    spacing: Theme.space1

    Rectangle {
        Layout.fillWidth: true
        border.color: flick.activeFocus ? Theme.focus : Theme.line
        border.width: flick.activeFocus ? 2 : 1
        color: Theme.code
        implicitHeight: Math.min(Theme.scaled(132), Math.max(Theme.scaled(56), flow.implicitHeight + 2 * Theme.space2))
        radius: Theme.radiusSmall

        Flickable {
            id: flick

            activeFocusOnTab: true
            anchors.fill: parent
            anchors.margins: Theme.space2
            boundsBehavior: Flickable.StopAtBounds
            clip: true
            contentHeight: flow.implicitHeight
            objectName: "promptPreview"

            Accessible.description: PromptPreviewViewModel.text
            Accessible.name: qsTr("The prompt as the model reads it")
            Accessible.role: Accessible.StaticText

            Keys.onDownPressed: flick.contentY = Math.max(0, Math.min(flick.contentHeight - flick.height, flick.contentY + 24))
            Keys.onUpPressed: flick.contentY = Math.max(0, flick.contentY - 24)

            T.ScrollBar.vertical: SafeScrollBar {}

            Flow {
                id: flow

                LayoutMirroring.childrenInherit: true
                LayoutMirroring.enabled: false
                spacing: 2
                width: flick.width - Theme.space3

                Repeater {
                    model: PromptPreviewViewModel.pieces

                    Rectangle {
                        id: piece

                        required property int index
                        required property string text
                        required property string kind
                        required property string tip

                        color: piece.kind === "token" ? Theme.accentSoft : "transparent"
                        implicitHeight: label.implicitHeight + 4
                        implicitWidth: label.width + (piece.kind === "token" ? 8 : 2)
                        objectName: "piece" + piece.index
                        radius: 4

                        HoverHandler {
                            id: hover
                        }

                        TipLoader {
                            shown: hover.hovered
                            text: piece.tip
                        }

                        SafeText {
                            id: label

                            anchors.centerIn: parent
                            color: piece.kind === "token" ? Theme.accentInk : piece.kind === "format" ? Theme.muted : Theme.codeInk
                            horizontalAlignment: Text.AlignLeft
                            mono: true
                            role: "secondary"
                            text: piece.text
                            width: Math.min(implicitWidth, flow.width - 8)
                            wrapMode: Text.WrapAnywhere

                            Accessible.ignored: true
                        }
                    }
                }
            }
        }
    }

    ProgressLine {
        Layout.fillWidth: true
        name: qsTr("Asking the engine for the prompt")
        visible: PromptPreviewViewModel.busy
    }

    SafeText {
        Layout.fillWidth: true
        color: Theme.warning
        elide: Text.ElideRight
        maximumLineCount: 4
        objectName: "previewWarning"
        role: "secondary"
        text: PromptPreviewViewModel.warning
        visible: text !== ""
        wrapMode: Text.Wrap
    }

    SafeText {
        Layout.fillWidth: true
        elide: Text.ElideRight
        maximumLineCount: 1
        muted: true
        objectName: "previewNote"
        role: "secondary"
        text: PromptPreviewViewModel.note
        visible: text !== ""
        wrapMode: Text.Wrap
    }
}
