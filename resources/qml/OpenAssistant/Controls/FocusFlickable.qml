pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** Scrolls its content, also so that whatever has the keyboard focus is seen. */
Flickable {
    id: root

    /** What is scrolled; lies under the content item. */
    required property Item scrolled
    readonly property real furthest: Math.max(0, root.contentHeight - root.height)

    /** Scrolls by so many of its own heights. */
    function page(heights: real): void {
        root.contentY = Math.max(0, Math.min(root.furthest, root.contentY + heights * root.height));
    }

    function bringIntoView(item: Item): void {
        for (let above = item; above !== root.scrolled; above = above.parent)
            if (!above)
                return;
        const top = item.mapToItem(root.contentItem, 0, 0).y;
        if (top < root.contentY + Theme.space6)
            root.contentY = Math.max(0, top - Theme.space6);
        else if (top + item.height > root.contentY + root.height - Theme.space6)
            root.contentY = Math.min(root.furthest, top + item.height - root.height + Theme.space6);
    }

    boundsBehavior: Flickable.StopAtBounds
    clip: root.furthest > 0
    contentWidth: width

    Window.onActiveFocusItemChanged: if (root.visible && root.Window.activeFocusItem)
        root.bringIntoView(root.Window.activeFocusItem)

    T.ScrollBar.vertical: SafeScrollBar {}
}
