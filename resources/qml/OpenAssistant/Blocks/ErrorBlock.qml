import QtQuick
import OpenAssistant.Controls

/** What went wrong with a reply, in one sentence and a hint. */
BlockFrame {
    id: root

    required property string text
    required property string label

    Banner {
        hint: root.label
        kind: "error"
        text: root.text
        width: parent.width
    }
}
