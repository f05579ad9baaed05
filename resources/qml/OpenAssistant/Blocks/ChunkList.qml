pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Controls
import OpenAssistant.Documents
import OpenAssistant.Theme

/** The whole of a very long block, in pieces of which only the visible ones exist. */
Loader {
    id: root

    required property int row
    required property BlockListModel blocks
    property bool mono: false

    active: false
    visible: root.active

    sourceComponent: ListView {
        id: list

        activeFocusOnTab: true
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        implicitHeight: Math.min(contentHeight, Theme.scaled(480))
        model: root.blocks.chunks(root.row)
        objectName: "chunkList"
        reuseItems: true

        T.ScrollBar.vertical: SafeScrollBar {}
        Keys.onDownPressed: list.flick(0, -900)
        Keys.onUpPressed: list.flick(0, 900)

        delegate: TextEdit {
            required property string modelData

            color: root.mono ? Theme.codeInk : Theme.ink
            font.family: root.mono ? Theme.monoFamily : Theme.fontFamily
            font.pixelSize: root.mono ? Theme.scaled(13) : Theme.sizeBody
            readOnly: true
            selectByMouse: true
            selectedTextColor: Theme.selectionInk
            selectionColor: Theme.selection
            text: modelData
            textFormat: TextEdit.PlainText
            width: ListView.view.width - 12
            wrapMode: TextEdit.WrapAnywhere
        }
    }
}
