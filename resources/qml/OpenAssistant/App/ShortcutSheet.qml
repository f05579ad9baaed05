pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** Every key the window knows. */
SafeDialog {
    id: root

    acceptText: ""
    rejectText: qsTr("Close")
    title: qsTr("Keyboard shortcuts")
    width: Math.min(Theme.scaled(620), parent ? parent.width - 2 * Theme.space6 : Theme.scaled(620))

    onOpened: list.forceActiveFocus(Qt.PopupFocusReason)

    ListView {
        id: list

        function scroll(pixels: real): void {
            list.contentY = Math.max(list.originY, Math.min(list.originY + list.contentHeight - list.height, list.contentY + pixels));
        }

        Layout.fillWidth: true
        Layout.rightMargin: -Theme.space3
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        implicitHeight: Math.min(contentHeight, Math.max(Theme.scaled(120), root.parent ? root.parent.height - Theme.scaled(210) : contentHeight))
        keyNavigationEnabled: false
        model: AppViewModel.shortcuts
        objectName: "shortcutList"
        section.property: "section"

        Accessible.name: root.title
        Accessible.role: Accessible.List

        T.ScrollBar.vertical: SafeScrollBar {}

        Keys.onDownPressed: list.scroll(Theme.scaled(44))
        Keys.onPressed: event => {
            event.accepted = event.key === Qt.Key_PageDown || event.key === Qt.Key_PageUp;
            if (event.accepted)
                list.scroll((event.key === Qt.Key_PageDown ? 0.85 : -0.85) * list.height);
        }
        Keys.onUpPressed: list.scroll(-Theme.scaled(44))

        section.delegate: SafeLabel {
            required property string section

            bottomPadding: Theme.space1
            text: section
            topPadding: Theme.space3
        }
        delegate: RowLayout {
            id: row

            required property string keys
            required property string title

            spacing: Theme.space4
            width: list.width - Theme.space3

            SafeText {
                Layout.bottomMargin: 3
                Layout.fillWidth: true
                Layout.topMargin: 3
                elide: Text.ElideRight
                role: "control"
                text: row.title
            }

            SafeText {
                muted: true
                role: "control"
                text: row.keys
            }
        }
    }
}
