pragma ComponentBehavior: Bound

import QtQuick
import OpenAssistant.Controls
import OpenAssistant.Theme

/** One conversation of the list, or one message a search found. Right click or the menu key opens its menu. */
SafeItemDelegate {
    id: root

    required property int index
    required property string treeId
    required property string title
    required property string subtitle
    required property bool pinned
    required property bool current
    required property bool generating
    required property string messageId
    property bool menuOpen: false
    property bool readOnly: false

    /** Its menu is wanted; menuOpen keeps its button in view meanwhile. */
    signal menuRequested
    signal renameRequested
    signal deleteRequested

    active: root.current
    font.pixelSize: Theme.scaled(14)
    implicitHeight: Theme.scaled(52)
    secondary: root.subtitle
    text: root.title

    Keys.onDeletePressed: if (!root.readOnly && root.messageId === "")
        root.deleteRequested()
    Keys.onMenuPressed: root.menuRequested()
    Keys.onPressed: event => {
        event.accepted = event.key === Qt.Key_F2 && !root.readOnly && root.messageId === "";
        if (event.accepted)
            root.renameRequested();
    }

    TapHandler {
        acceptedButtons: Qt.RightButton
        parent: root

        onTapped: root.menuRequested()
    }

    Icon {
        color: Theme.accentInk
        name: "refresh"
        size: 14
        visible: root.generating

        RotationAnimator on rotation {
            duration: 1200
            from: 0
            loops: Animation.Infinite
            running: root.generating && Theme.motion
            to: 360
        }
    }

    SafeIconButton {
        iconName: "more"
        name: qsTr("Menu of %1").arg(root.title)
        objectName: "conversationMenuButton"
        small: true
        visible: root.messageId === "" && (root.hovered || root.activeFocus || root.menuOpen)

        onClicked: root.menuRequested()
    }
}
