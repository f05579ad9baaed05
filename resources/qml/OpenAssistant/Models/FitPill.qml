import QtQuick
import OpenAssistant.Controls

/** Whether a model fits this machine, in a word; the reason is its tooltip. */
Pill {
    id: root

    /** "fits", "tight", "too-big" or "unknown". */
    property string fit: "unknown"
    property string reason: ""
    readonly property int place: ["fits", "tight", "too-big"].indexOf(root.fit)

    iconName: ["check", "warning", "close"][root.place] ?? ""
    kind: ["accent", "warning", "danger"][root.place] ?? "neutral"
    toolTip: root.reason
    visible: root.text !== ""
}
