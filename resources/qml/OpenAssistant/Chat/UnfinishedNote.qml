import QtQuick
import QtQuick.Layouts
import OpenAssistant.Controls
import OpenAssistant.Theme

/** Under a reply that did not end by itself: the way to let it go on. */
RowLayout {
    id: root

    spacing: Theme.space2

    signal continueRequested

    SafeButton {
        Layout.leftMargin: -Theme.space2
        iconName: "writeOn"
        objectName: "continueUnfinished"
        small: true
        text: qsTr("Continue this reply")
        toolTip: qsTr("Another reply beside this one that begins with its text (Ctrl+Shift+R)")
        variant: "quiet"

        onClicked: root.continueRequested()
    }
}
