import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** Finds a text in the thread: Enter goes to the place before, Shift+Enter to the next, Esc closes. */
Item {
    id: root

    /** Gives keyboard focus to the text that is looked for. */
    function focusText(): void {
        field.forceActiveFocus(Qt.ShortcutFocusReason);
        field.selectAll();
    }

    implicitHeight: row.implicitHeight + 2 * Theme.space1
    implicitWidth: row.implicitWidth + 2 * Theme.space2

    PopupPanel {
        anchors.fill: parent
    }

    RowLayout {
        id: row

        anchors.fill: parent
        anchors.leftMargin: Theme.space2
        anchors.rightMargin: Theme.space2
        spacing: Theme.space1

        SafeTextField {
            id: field

            Layout.fillWidth: true
            Layout.preferredWidth: Theme.scaled(200)
            iconName: "search"
            name: qsTr("Find in this conversation")
            objectName: "findField"
            placeholderText: qsTr("Find in this conversation")
            quiet: true
            shiftSubmits: true
            text: FindViewModel.query

            Keys.onEscapePressed: FindViewModel.close()

            onShiftSubmitted: FindViewModel.step(1)
            onSubmitted: FindViewModel.step(-1)
            onTextEdited: FindViewModel.setQuery(field.text)
        }

        SafeText {
            Layout.minimumWidth: Theme.scaled(56)
            horizontalAlignment: Text.AlignRight
            muted: true
            objectName: "findPosition"
            role: "secondary"
            text: FindViewModel.positionText

            Accessible.role: Accessible.StaticText
        }

        SafeIconButton {
            enabled: FindViewModel.row >= 0
            iconName: "chevronUp"
            name: qsTr("The place before")
            objectName: "findBefore"
            shortcut: "Enter"
            small: true

            onClicked: FindViewModel.step(-1)
        }

        SafeIconButton {
            enabled: FindViewModel.row >= 0
            iconName: "chevronDown"
            name: qsTr("The next place")
            objectName: "findNext"
            shortcut: "Shift+Enter"
            small: true

            onClicked: FindViewModel.step(1)
        }

        SafeIconButton {
            iconName: "close"
            name: qsTr("Close")
            objectName: "findClose"
            shortcut: "Esc"
            small: true

            onClicked: FindViewModel.close()
        }
    }
}
