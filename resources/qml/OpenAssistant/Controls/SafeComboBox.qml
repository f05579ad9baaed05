pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** A picker of one value from a model, as a drop-down. */
T.ComboBox {
    id: root

    property string name: ""
    property bool small: false

    delegate: SafeMenuItem {
        id: entry

        required property var model
        required property int index

        checkable: true
        checked: root.currentIndex === entry.index
        highlighted: root.highlightedIndex === entry.index
        text: entry.model[root.textRole] ?? entry.model.modelData ?? ""
        width: ListView.view.width
    }
    focusPolicy: Qt.StrongFocus
    font.family: Theme.fontFamily
    font.pixelSize: root.small ? Theme.sizeSecondary : Theme.sizeControl
    hoverEnabled: true
    implicitContentWidthPolicy: T.ComboBox.WidestText
    implicitHeight: root.small ? Theme.controlHeightSmall : Theme.controlHeight
    implicitWidth: Math.min(Theme.scaled(360), Math.max(96, root.implicitContentWidth + root.leftPadding + root.rightPadding))
    leftPadding: Theme.space3
    opacity: root.enabled ? 1 : 0.45
    rightPadding: 28

    Accessible.name: root.name !== "" ? root.name : root.displayText

    Keys.onReleased: event => {
        event.accepted = !root.popup.visible && (event.key === Qt.Key_Return || event.key === Qt.Key_Enter);
        if (event.accepted)
            root.popup.open();
    }

    background: Rectangle {
        border.color: root.hovered || root.popup.visible ? Theme.lineStrong : Theme.line
        border.width: 1
        color: root.down ? Theme.pressed : root.hovered ? Theme.hover : Theme.raised
        radius: Theme.radiusSmall

        FocusRing {
            shown: root.visualFocus
        }
    }
    contentItem: SafeText {
        elide: Text.ElideRight
        font: root.font
        text: root.displayText
        verticalAlignment: Text.AlignVCenter

        Accessible.ignored: true
    }
    indicator: Icon {
        name: "chevronDown"
        size: 14
        x: root.mirrored ? 8 : root.width - width - 8
        y: (root.height - height) / 2
    }
    popup: T.Popup {
        implicitHeight: Math.min(Theme.scaled(320), contentItem.implicitHeight + topPadding + bottomPadding)
        margins: 6
        padding: 5
        width: Math.max(root.width, Theme.scaled(140))
        y: root.height + 4

        background: PopupPanel {}
        contentItem: ListView {
            clip: true
            currentIndex: root.highlightedIndex
            highlightMoveDuration: 0
            implicitHeight: contentHeight
            model: root.delegateModel

            T.ScrollBar.vertical: SafeScrollBar {}
        }
    }
}
