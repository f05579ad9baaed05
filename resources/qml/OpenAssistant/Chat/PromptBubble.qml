pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Controls
import OpenAssistant.Theme

/** One prompt: its text at the right, its versions, and editing in place, which makes another version. */
FocusScope {
    id: root

    required property string messageId
    required property string text
    required property int position
    required property int count
    /** "edited twice", or empty. */
    required property string edited
    /** Nobody has answered this prompt and nobody is about to. */
    required property bool unanswered
    required property bool editing
    /** What the editor begins with. */
    property string editingText: root.text
    /** How many characters of the text are not shown; empty for none. */
    property string cut: ""
    property bool readOnly: false
    property bool canDelete: true

    readonly property bool rightToLeft: bubbleText.horizontalAlignment === Text.AlignRight

    signal siblingRequested(step: int)
    signal editStarted
    signal editCancelled
    signal editSaved(text: string)
    signal copyRequested
    signal repliesRequested
    signal deleteRequested
    signal wholeRequested

    /** Fills the editor and puts the cursor behind the text. */
    function beginEditing(): void {
        editor.text = root.editingText;
        editor.focusText();
        editor.cursorPosition = editor.length;
    }

    implicitHeight: column.implicitHeight

    Accessible.name: qsTr("Your prompt: %1").arg(root.text)
    Accessible.role: Accessible.ListItem

    onEditingChanged: if (root.editing)
        Qt.callLater(root.beginEditing)

    HoverHandler {
        id: hover
    }

    Column {
        id: column

        anchors.right: parent.right
        spacing: Theme.space1
        width: parent.width

        Rectangle {
            anchors.right: parent.right
            color: Theme.accentSoft
            implicitHeight: root.editing ? editColumn.implicitHeight + 2 * Theme.space3 : bubbleText.implicitHeight + 2 * Theme.space3
            implicitWidth: root.editing ? column.width * 0.85 : Math.min(column.width * 0.85, bubbleText.implicitWidth + 2 * Theme.space4 + 2)
            radius: Theme.radiusLarge

            SafeText {
                id: bubbleText

                anchors.left: parent.left
                anchors.leftMargin: Theme.space4 + 2
                anchors.verticalCenter: parent.verticalCenter
                objectName: "promptText"
                text: root.text
                visible: !root.editing
                width: Math.min(implicitWidth, column.width * 0.85 - 2 * Theme.space4 - 2)
                wrapMode: Text.Wrap
            }

            ColumnLayout {
                id: editColumn

                anchors.left: parent.left
                anchors.margins: Theme.space3
                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                spacing: Theme.space2
                visible: root.editing

                SafeTextArea {
                    id: editor

                    Layout.fillWidth: true
                    name: qsTr("Edit the prompt")
                    objectName: "promptEditor"
                    submitOnEnter: true

                    onEscapePressed: root.editCancelled()
                    onSubmitted: root.editSaved(editor.text)
                }

                RowLayout {
                    spacing: Theme.space2

                    SafeText {
                        Layout.fillWidth: true
                        color: Theme.mutedOnSoft
                        elide: Text.ElideRight
                        role: "secondary"
                        text: qsTr("The earlier version and its replies stay.")
                    }

                    SafeButton {
                        objectName: "cancelEdit"
                        small: true
                        text: qsTr("Cancel")

                        onClicked: root.editCancelled()
                    }

                    SafeButton {
                        enabled: !editor.composing && editor.text.trim() !== ""
                        objectName: "saveEdit"
                        small: true
                        text: qsTr("Send")
                        variant: "primary"

                        onClicked: root.editSaved(editor.text)
                    }
                }
            }
        }

        RowLayout {
            id: footer

            readonly property bool shown: (hover.hovered || root.activeFocus) && !root.editing

            anchors.right: parent.right
            height: Theme.controlHeightSmall
            spacing: Theme.space1

            SafeButton {
                objectName: "showWhole"
                small: true
                text: qsTr("Show all, %1 characters more").arg(root.cut)
                visible: root.cut !== "" && !root.editing

                onClicked: root.wholeRequested()
            }

            SafeButton {
                iconName: "refresh"
                objectName: "getReplies"
                small: true
                text: qsTr("Get replies")
                visible: root.unanswered && !root.readOnly

                onClicked: root.repliesRequested()
            }

            SafeIconButton {
                iconName: "copy"
                name: qsTr("Copy the prompt")
                objectName: "copyPrompt"
                opacity: footer.shown || activeFocus ? 1 : 0
                small: true

                onClicked: root.copyRequested()
            }

            SafeIconButton {
                iconName: "edit"
                name: qsTr("Edit the prompt")
                objectName: "editPrompt"
                opacity: footer.shown || activeFocus ? 1 : 0
                small: true
                visible: !root.readOnly

                onClicked: root.editStarted()
            }

            SafeIconButton {
                iconName: "trash"
                name: qsTr("Delete the prompt and what follows")
                objectName: "deletePrompt"
                opacity: footer.shown || activeFocus ? 1 : 0
                small: true
                visible: root.canDelete && !root.readOnly

                onClicked: root.deleteRequested()
            }

            SafeText {
                muted: true
                objectName: "editedText"
                role: "secondary"
                text: root.edited
                visible: root.edited !== ""
            }

            SiblingPager {
                count: root.count
                objectName: "promptPager"
                position: root.position

                onStepped: step => root.siblingRequested(step)
            }
        }
    }
}
