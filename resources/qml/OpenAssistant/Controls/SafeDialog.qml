pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import OpenAssistant.Theme

/** A modal dialog with a plain text title and message; children go under the message.

    What is taller than the window scrolls between the title and the buttons.

    Buttons: `acceptText`, `rejectText` (empty hides). `variant` colours the accepting one.
*/
T.Dialog {
    id: root

    property string message: ""
    property string acceptText: qsTr("OK")
    property string rejectText: qsTr("Cancel")
    property string variant: "primary"
    property bool canAccept: true
    default property alias body: bodyColumn.data

    anchors.centerIn: T.Overlay.overlay
    closePolicy: T.Popup.CloseOnEscape
    dim: true
    focus: true
    implicitHeight: root.implicitContentHeight + root.topPadding + root.bottomPadding
    implicitWidth: Math.min(Theme.scaled(440), root.parent ? root.parent.width - 2 * Theme.space6 : Theme.scaled(440))
    modal: true
    padding: Theme.space6

    onAboutToShow: scroll.contentY = 0

    T.Overlay.modal: Rectangle {
        color: Theme.scrim
    }
    background: PopupPanel {
        radius: Theme.radiusLarge
    }
    contentItem: ColumnLayout {
        spacing: Theme.space3

        Accessible.name: root.title
        Accessible.role: Accessible.Dialog

        Keys.onEnterPressed: if (root.canAccept && root.acceptText !== "")
            root.accept()
        Keys.onReturnPressed: if (root.canAccept && root.acceptText !== "")
            root.accept()

        SafeText {
            id: heading

            Layout.fillWidth: true
            elide: Text.ElideRight
            maximumLineCount: 3
            role: "title"
            text: root.title
            visible: root.title !== ""
            wrapMode: Text.Wrap

            Accessible.role: Accessible.Heading
        }

        FocusFlickable {
            id: scroll

            /** What the window leaves for it. */
            readonly property real room: (root.parent ? root.parent.height : 10000) - 2 * Theme.space4 - root.topPadding - root.bottomPadding - heading.height - (buttons.visible ? buttons.height : 0) - 2 * Theme.space3 - Theme.space2
            readonly property real besides: scroll.furthest > 0 ? Theme.space3 : 0

            Layout.fillWidth: true
            Layout.rightMargin: -scroll.besides
            scrolled: content
            contentHeight: content.implicitHeight
            implicitHeight: Math.min(content.implicitHeight, Math.max(Theme.scaled(40), scroll.room))
            interactive: scroll.furthest > 0
            objectName: "dialogBody"
            visible: content.implicitHeight > 0

            ColumnLayout {
                id: content

                spacing: Theme.space3
                width: scroll.width - scroll.besides

                SafeText {
                    Layout.fillWidth: true
                    elide: Text.ElideRight
                    maximumLineCount: 14
                    text: root.message
                    visible: root.message !== ""
                    wrapMode: Text.Wrap
                }

                ColumnLayout {
                    id: bodyColumn

                    Layout.fillWidth: true
                    spacing: Theme.space3
                }
            }
        }

        RowLayout {
            id: buttons

            Layout.fillWidth: true
            Layout.topMargin: Theme.space2
            spacing: Theme.space2
            visible: root.acceptText !== "" || root.rejectText !== ""

            Item {
                Layout.fillWidth: true
            }

            SafeButton {
                objectName: "rejectButton"
                text: root.rejectText
                visible: root.rejectText !== ""

                onClicked: root.reject()
            }

            SafeButton {
                enabled: root.canAccept
                focus: true
                objectName: "acceptButton"
                text: root.acceptText
                variant: root.variant
                visible: root.acceptText !== ""

                onClicked: root.accept()
            }
        }
    }
    enter: Transition {
        NumberAnimation {
            duration: Theme.durationFast
            from: 0
            property: "opacity"
            to: 1
        }
    }
}
