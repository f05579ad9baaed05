import QtQuick
import OpenAssistant.Controls
import OpenAssistant.Theme

/** Mathematics, shown as its source. */
BlockFrame {
    id: root

    required property string text

    Rectangle {
        border.color: Theme.line
        border.width: 1
        color: Theme.code
        implicitHeight: source.implicitHeight + 2 * Theme.space2
        implicitWidth: source.implicitWidth + 2 * Theme.space3
        radius: Theme.radiusSmall
        width: parent.width

        SafeText {
            id: source

            anchors.fill: parent
            anchors.leftMargin: Theme.space3
            anchors.rightMargin: Theme.space3
            anchors.topMargin: Theme.space2
            font.pixelSize: Theme.scaled(13)
            horizontalAlignment: Text.AlignLeft
            mono: true
            text: root.text
            wrapMode: Text.Wrap
        }
    }
}
