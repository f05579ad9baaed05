import QtQuick
import OpenAssistant.Controls
import OpenAssistant.Theme

/** Selectable text of our own closed tags (oa_desktop.ui.blocks.inline and highlight): the only rich text there is.

    `markup` must come from there; never bind it to anything else.
*/
TextEdit {
    id: root

    /** "text", "code" (kept line by line) or "table". */
    property string form: "text"
    property string markup: ""
    property bool rightToLeft: false
    property bool breaksLines: true
    readonly property string wrapped: root.form === "code" ? "<pre style=\"margin:0;line-height:140%;font-family:@mono\">" + root.markup + "</pre>"
                                    : root.form === "table" ? "<table border=\"1\" cellspacing=\"0\" cellpadding=\"7\" style=\"border-collapse:collapse;border-color:@line\">" + root.markup + "</table>"
                                    : "<p dir=\"" + (root.rightToLeft ? "rtl" : "ltr") + "\" style=\"margin:0;line-height:135%;white-space:pre-wrap\">" + root.markup + "</p>"

    activeFocusOnPress: true
    color: root.form === "code" ? Theme.codeInk : Theme.ink
    font.family: root.form === "code" ? Theme.monoFamily : Theme.fontFamily
    font.pixelSize: root.form === "code" ? Theme.scaled(13) : root.form === "table" ? Theme.scaled(14) : Theme.sizeBody
    horizontalAlignment: root.form === "text" && root.rightToLeft ? TextEdit.AlignRight : TextEdit.AlignLeft
    readOnly: true
    selectByMouse: true
    selectedTextColor: Theme.selectionInk
    selectionColor: Theme.selection
    text: Theme.paint(root.wrapped)
    textFormat: TextEdit.RichText
    wrapMode: root.breaksLines ? (root.form === "code" ? TextEdit.WrapAnywhere : TextEdit.Wrap) : TextEdit.NoWrap

    Accessible.readOnly: true

    EditMenu {
        editor: root
    }

    HoverHandler {
        cursorShape: root.hoveredLink !== "" ? Qt.PointingHandCursor : Qt.IBeamCursor
    }
}
