import QtQuick
import OpenAssistant.Controls

/** The small print of a reply: its speed or how it ended, and on hover how it was made. */
SafeText {
    id: root

    property string details: ""

    elide: Text.ElideRight
    muted: true
    role: "secondary"
    verticalAlignment: Text.AlignVCenter

    HoverHandler {
        id: hover
    }

    SafeToolTip {
        shown: hover.hovered && root.details !== ""
        text: root.details
    }
}
