import QtQuick
import QtQuick.Window
import OpenAssistant.Blocks
import OpenAssistant.Controls
import OpenAssistant.Documents
import OpenAssistant.Theme

Window {
    id: root

    property BlockListModel left: null
    property BlockListModel right: null
    property BlockListModel bubble: null

    color: Theme.ground
    height: 1300
    visible: true
    width: 1360

    Rectangle {
        color: Theme.accentSoft
        height: bubbleBlocks.implicitHeight + 24
        radius: Theme.radiusLarge
        width: Math.min(bubbleBlocks.implicitWidth + 32, 500)
        x: root.width - width - 24
        y: 16

        BlockList {
            id: bubbleBlocks

            blocks: root.bubble
            width: parent.width - 32
            x: 16
            y: 12
        }
    }

    Row {
        spacing: 24
        x: 24
        y: 76

        BlockList {
            blocks: root.left
            width: 640
        }

        Card {
            height: 1190
            width: 640

            BlockList {
                blocks: root.right
                compact: true
                width: 608
                x: 16
                y: 16
            }
        }
    }
}
