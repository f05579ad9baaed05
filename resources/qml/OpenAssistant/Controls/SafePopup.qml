pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** A non-modal panel for small forms, on the same ground as menus. */
T.Popup {
    id: root

    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutside
    focus: true
    implicitHeight: root.implicitContentHeight + root.topPadding + root.bottomPadding
    implicitWidth: root.implicitContentWidth + root.leftPadding + root.rightPadding
    margins: 6
    padding: Theme.space3

    background: PopupPanel {}
}
