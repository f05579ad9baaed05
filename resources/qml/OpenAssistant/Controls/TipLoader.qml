pragma ComponentBehavior: Bound

import QtQuick
import OpenAssistant.Theme

/** The tooltip of a control, made only when it is first wanted: a page holds hundreds of buttons. */
Loader {
    id: root

    property bool shown: false
    property string text: ""
    /** Right of the control instead of under it. */
    property bool beside: false

    active: root.shown && root.text !== ""
    anchors.fill: parent

    sourceComponent: SafeToolTip {
        shown: root.shown
        text: root.text
        x: root.beside ? root.width + Theme.space1 : Math.round((root.width - implicitWidth) / 2)
        y: root.beside ? Math.round((root.height - implicitHeight) / 2) : root.height + 6
    }
}
