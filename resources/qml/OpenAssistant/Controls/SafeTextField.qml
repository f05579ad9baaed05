pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** A single line of input. `submitted` fires on Enter, never during input-method composition.
    With `shiftSubmits`, Shift+Enter fires `shiftSubmitted` instead. */
T.TextField {
    id: root

    /** Spoken name; falls back to the placeholder. */
    property string name: ""
    property string iconName: ""
    property string hint: ""
    property bool invalid: false
    property bool quiet: false
    property bool shiftSubmits: false
    readonly property bool composing: root.inputMethodComposing

    signal submitted(text: string)
    signal shiftSubmitted(text: string)

    color: Theme.ink
    font.family: Theme.fontFamily
    font.pixelSize: Theme.sizeControl
    implicitHeight: Math.max(Theme.controlHeight, root.contentHeight + root.topPadding + root.bottomPadding)
    implicitWidth: 200
    leftPadding: root.iconName !== "" ? Theme.scaled(16) + 18 : Theme.space3
    opacity: root.enabled ? 1 : 0.55
    padding: 6
    rightPadding: hintText.visible ? hintText.width + Theme.space4 : Theme.space3
    selectByMouse: true
    selectedTextColor: Theme.selectionInk
    selectionColor: Theme.selection
    verticalAlignment: TextInput.AlignVCenter

    Accessible.name: root.name !== "" ? root.name : root.placeholderText

    Keys.onEnterPressed: event => root.submitUnlessComposing(event)
    Keys.onMenuPressed: editMenu.open(root.cursorRectangle.x, root.height)
    Keys.onReturnPressed: event => root.submitUnlessComposing(event)

    /** While an input method composes, Enter does nothing here. */
    function submitUnlessComposing(event: var): void {
        event.accepted = true;
        if (root.composing)
            return;
        if (root.shiftSubmits && (event.modifiers & Qt.ShiftModifier))
            root.shiftSubmitted(root.text);
        else
            root.submitted(root.text);
    }

    background: Rectangle {
        border.color: root.invalid ? Theme.danger : root.activeFocus ? Theme.focus : root.quiet ? "transparent" : root.hovered ? Theme.lineStrong : Theme.line
        border.width: root.activeFocus ? 2 : 1
        color: root.quiet ? (root.activeFocus ? Theme.raised : "transparent") : Theme.raised
        radius: Theme.radiusSmall

        Icon {
            anchors.left: parent.left
            anchors.leftMargin: 10
            anchors.verticalCenter: parent.verticalCenter
            name: root.iconName
            size: 16
        }

        SafeText {
            id: hintText

            anchors.right: parent.right
            anchors.rightMargin: 10
            anchors.verticalCenter: parent.verticalCenter
            muted: true
            role: "secondary"
            text: root.hint
            visible: root.hint !== "" && root.text === "" && !root.activeFocus
        }
    }

    EditMenu {
        id: editMenu

        editor: root
    }

    SafeText {
        color: Theme.muted
        elide: Text.ElideRight
        font: root.font
        height: root.height - root.topPadding - root.bottomPadding
        text: root.placeholderText
        verticalAlignment: Text.AlignVCenter
        visible: root.length === 0 && root.preeditText === ""
        width: root.width - root.leftPadding - root.rightPadding
        x: root.leftPadding
        y: root.topPadding

        Accessible.ignored: true
    }
}
