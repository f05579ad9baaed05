import QtQuick
import OpenAssistant.Controls

/** The small print of a reply, as much of it as there is room for; on hover all of it, in sentences. */
SafeText {
    id: root

    property string brief: ""
    property string medium: ""
    property string full: ""
    property string details: ""
    /** Whether the full line is wanted where it fits: cards side by side are to look alike. */
    property bool roomy: true

    /** What all of it would take. */
    readonly property real fullWidth: Math.ceil(fullText.implicitWidth)

    elide: Text.ElideRight
    muted: true
    role: "secondary"
    text: root.roomy && root.width >= root.fullWidth ? root.full : root.width >= mediumText.implicitWidth ? root.medium : root.brief
    verticalAlignment: Text.AlignVCenter

    Accessible.name: root.full

    SafeText {
        id: fullText

        role: "secondary"
        text: root.full
        visible: false
    }

    SafeText {
        id: mediumText

        role: "secondary"
        text: root.medium
        visible: false
    }

    HoverHandler {
        id: hover
    }

    SafeToolTip {
        shown: hover.hovered && root.details !== ""
        text: root.details
    }
}
