import QtQuick
import QtQuick.Layouts
import OpenAssistant.Controls
import OpenAssistant.Theme

/** Says over an answer what was not read for it, as quietly as it can be said. */
RowLayout {
    id: root

    property string text: ""

    spacing: Theme.space2
    visible: root.text !== ""

    Icon {
        Layout.alignment: Qt.AlignTop
        Layout.topMargin: 2
        color: Theme.muted
        name: "info"
        size: 14
    }

    SafeText {
        Layout.fillWidth: true
        muted: true
        objectName: "leftOut"
        role: "secondary"
        text: root.text
        wrapMode: Text.Wrap
    }
}
