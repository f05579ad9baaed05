import QtQuick
import OpenAssistant.Controls
import OpenAssistant.Documents
import OpenAssistant.Theme

/** Text too long, or nested too deep, to be read as Markdown: letter by letter, the rest behind "show all". */
BlockFrame {
    id: root

    required property string text
    required property int hiddenLines
    required property int row
    required property BlockListModel blocks
    property bool expanded: false

    Column {
        spacing: Theme.space2
        width: parent.width

        SafeText {
            horizontalAlignment: root.rightToLeft ? Text.AlignRight : Text.AlignLeft
            objectName: "plainPreview"
            text: root.text
            visible: !root.expanded
            width: parent.width
            wrapMode: Text.Wrap
        }

        ChunkList {
            active: root.expanded
            blocks: root.blocks
            row: root.row
            width: parent.width
        }

        ShowAllButton {
            expanded: root.expanded
            visible: root.hiddenLines > 0

            onClicked: root.expanded = !root.expanded
        }
    }
}
