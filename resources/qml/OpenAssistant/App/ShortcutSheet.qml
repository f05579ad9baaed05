pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
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

    ListView {
        id: list

        Layout.fillWidth: true
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        implicitHeight: Math.min(contentHeight, Theme.scaled(420))
        model: AppViewModel.shortcuts
        objectName: "shortcutList"
        section.property: "section"

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
            width: list.width

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
