import QtQuick
import QtQuick.Layouts
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The heading of a section of the page, with what is said beside it; children go to the right end. */
RowLayout {
    id: root

    property string text: ""
    property string note: ""
    default property alias trailing: row.data

    spacing: Theme.space3

    SafeText {
        Layout.fillWidth: true
        Layout.maximumWidth: Math.ceil(implicitWidth)
        Layout.minimumWidth: Math.min(Layout.maximumWidth, 0.6 * root.width)
        elide: Text.ElideRight
        maximumLineCount: 1
        role: "title"
        text: root.text

        Accessible.role: Accessible.Heading
    }

    SafeText {
        Layout.alignment: Qt.AlignBaseline
        Layout.fillWidth: true
        elide: Text.ElideRight
        maximumLineCount: 1
        muted: true
        role: "secondary"
        text: root.note
    }

    Row {
        id: row

        Layout.alignment: Qt.AlignVCenter
        Layout.rightMargin: children.length > 0 ? -Theme.space2 : 0
        spacing: Theme.space2
    }
}
