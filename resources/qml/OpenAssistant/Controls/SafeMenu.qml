pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** A pop-up menu of SafeMenuItem and SafeMenuSeparator. */
T.Menu {
    id: root

    delegate: SafeMenuItem {}
    implicitHeight: root.implicitContentHeight + root.topPadding + root.bottomPadding
    implicitWidth: Math.max(Theme.scaled(180), Math.min(root.contentWidthOfItems(), Theme.scaled(420)) + root.leftPadding + root.rightPadding)
    margins: 4
    overlap: 1
    padding: 5

    /** Widest entry. */
    function contentWidthOfItems(): real {
        let widest = 0;
        for (let i = 0; i < root.count; ++i)
            widest = Math.max(widest, root.itemAt(i)?.implicitWidth ?? 0);
        return widest;
    }

    background: PopupPanel {}
    contentItem: ListView {
        boundsBehavior: Flickable.StopAtBounds
        clip: contentHeight > height
        currentIndex: root.currentIndex
        implicitHeight: contentHeight
        interactive: contentHeight > height
        keyNavigationEnabled: false
        model: root.contentModel

        T.ScrollBar.vertical: SafeScrollBar {}
    }
    enter: Transition {
        NumberAnimation {
            duration: Theme.durationFast
            from: 0
            property: "opacity"
            to: 1
        }
    }
}
