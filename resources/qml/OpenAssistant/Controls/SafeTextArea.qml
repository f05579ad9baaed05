pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** Several lines of plain input, made for the composer.

    Enter emits `submitted` when `submitOnEnter`, Shift+Enter breaks the line; Enter during input-method
    composition never sends. Ctrl+Enter always emits `submitted`. Grow it with `implicitHeight`, up to `maximumHeight`.
*/
T.ScrollView {
    id: root

    property alias text: edit.text
    property alias placeholderText: edit.placeholderText
    property alias readOnly: edit.readOnly
    property alias area: edit
    property alias cursorPosition: edit.cursorPosition
    readonly property alias length: edit.length
    /** True while an input method composes; a send button must be disabled then. */
    readonly property bool composing: edit.inputMethodComposing
    property string name: ""
    property bool submitOnEnter: false
    property bool framed: true
    property bool invalid: false
    property real maximumHeight: Theme.scaled(240)
    property real minimumHeight: 0

    signal submitted
    signal escapePressed
    /** Up was pressed in an empty box. */
    signal recallRequested

    clip: true
    contentWidth: root.availableWidth
    implicitHeight: Math.max(root.minimumHeight, Math.min(root.maximumHeight, edit.implicitHeight))
    implicitWidth: 240
    opacity: root.enabled ? 1 : 0.55

    /** Gives keyboard focus to the text. */
    function focusText(): void {
        edit.forceActiveFocus(Qt.ShortcutFocusReason);
    }

    background: Rectangle {
        border.color: root.invalid ? Theme.danger : edit.activeFocus ? Theme.focus : Theme.line
        border.width: root.framed ? (edit.activeFocus ? 2 : 1) : 0
        color: root.framed ? Theme.raised : "transparent"
        radius: Theme.radiusSmall
    }

    T.ScrollBar.vertical: SafeScrollBar {
        height: root.height
        parent: root
        x: root.width - width
    }

    T.TextArea {
        id: edit

        background: null
        color: Theme.ink
        font.family: Theme.fontFamily
        font.pixelSize: Theme.sizeBody
        implicitHeight: contentHeight + topPadding + bottomPadding
        leftPadding: root.framed ? Theme.space3 : Theme.space1
        padding: Theme.space2
        rightPadding: Theme.space3
        selectByMouse: true
        selectedTextColor: Theme.selectionInk
        selectionColor: Theme.selection
        textFormat: TextEdit.PlainText
        wrapMode: TextEdit.Wrap

        Accessible.multiLine: true
        Accessible.name: root.name !== "" ? root.name : edit.placeholderText

        Keys.onEnterPressed: event => root.enter(event)
        Keys.onEscapePressed: event => {
            event.accepted = false;
            root.escapePressed();
        }
        Keys.onMenuPressed: editMenu.open(edit.cursorRectangle.x, edit.cursorRectangle.y + edit.cursorRectangle.height)
        Keys.onReturnPressed: event => root.enter(event)
        Keys.onTabPressed: edit.nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)
        Keys.onUpPressed: event => {
            event.accepted = edit.length === 0 && !root.composing;
            if (event.accepted)
                root.recallRequested();
        }

        EditMenu {
            id: editMenu

            editor: edit
        }

        SafeText {
            color: Theme.muted
            elide: Text.ElideRight
            font: edit.font
            text: edit.placeholderText
            visible: edit.length === 0 && edit.preeditText === ""
            width: edit.width - edit.leftPadding - edit.rightPadding
            x: edit.leftPadding
            y: edit.topPadding

            Accessible.ignored: true
        }
    }

    /** Decides between a new line and sending; while an input method composes, Enter does neither. */
    function enter(event: var): void {
        const forced = event.modifiers & Qt.ControlModifier;
        const sends = forced || (root.submitOnEnter && !(event.modifiers & Qt.ShiftModifier));
        event.accepted = sends || root.composing;
        if (sends && !root.composing)
            root.submitted();
    }
}
