import QtQuick
import OpenAssistant.Theme

/** The only way a string that is not ours reaches the window: never interpreted, always shown. */
Text {
    id: root

    /** "body", "secondary", "caption", "control", "title", "heading", "display". */
    property string role: "body"
    property bool muted: false
    property bool mono: false

    /** Qt puts the extra height of a line below it; taken back once, so that the box is as tight as the letters. */
    readonly property real lastLineExtra: root.wrapMode === Text.NoWrap ? 0 : Math.round(root.font.pixelSize * 1.21 * (Theme.lineHeight - 1))

    bottomPadding: -root.lastLineExtra
    color: root.muted ? Theme.muted : Theme.ink
    font.family: root.mono ? Theme.monoFamily : Theme.fontFamily
    font.pixelSize: root.role === "secondary" ? Theme.sizeSecondary
                  : root.role === "caption" ? Theme.sizeCaption
                  : root.role === "control" ? Theme.sizeControl
                  : root.role === "title" ? Theme.sizeTitle
                  : root.role === "heading" ? Theme.sizeHeading
                  : root.role === "display" ? Theme.sizeDisplay
                  : Theme.sizeBody
    font.weight: root.role === "title" || root.role === "heading" || root.role === "display" ? Font.DemiBold
                                                                                             : Font.Normal
    lineHeight: root.wrapMode === Text.NoWrap ? 1.0 : Theme.lineHeight
    linkColor: Theme.accentInk
    textFormat: Text.PlainText

    Accessible.role: Accessible.StaticText
    Accessible.name: root.text
}
