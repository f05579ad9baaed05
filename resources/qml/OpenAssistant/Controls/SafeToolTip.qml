pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** A tooltip of plain text. Declare it inside its control and bind `shown`. */
T.ToolTip {
    id: root

    property bool shown: false

    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutsideParent | T.Popup.CloseOnReleaseOutsideParent
    delay: 500
    font.family: Theme.fontFamily
    font.pixelSize: Theme.sizeSecondary
    implicitHeight: root.implicitContentHeight + root.topPadding + root.bottomPadding
    implicitWidth: Math.min(root.implicitContentWidth + root.leftPadding + root.rightPadding, Theme.scaled(340))
    leftPadding: 10
    margins: 6
    padding: 6
    rightPadding: 10
    visible: root.shown && root.text !== ""
    x: root.parent ? Math.round((root.parent.width - root.implicitWidth) / 2) : 0
    y: root.parent ? root.parent.height + 6 : 0

    background: Rectangle {
        color: Theme.dark ? Theme.pressed : Theme.ink
        radius: Theme.radiusSmall - 2
    }
    contentItem: SafeText {
        color: Theme.dark ? Theme.ink : Theme.panel
        elide: Text.ElideRight
        font: root.font
        maximumLineCount: 8
        text: root.text
        wrapMode: Text.Wrap
    }
}
