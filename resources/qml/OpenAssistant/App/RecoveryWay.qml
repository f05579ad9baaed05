pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import OpenAssistant.Controls
import OpenAssistant.Theme

/** One way out of a problem: what is done, and below it what that brings. Up and Down go to the others. */
T.AbstractButton {
    id: root

    property string sentence: ""
    property string iconName: ""
    /** The one that brings most. */
    property bool first: false

    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    implicitHeight: root.implicitContentHeight + root.topPadding + root.bottomPadding
    implicitWidth: 320
    leftPadding: Theme.space4
    padding: Theme.space3
    rightPadding: Theme.space3

    Accessible.description: root.sentence
    Accessible.name: root.text
    Accessible.role: Accessible.Button

    Keys.onDownPressed: root.nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)
    Keys.onEnterPressed: root.click()
    Keys.onReturnPressed: root.click()
    Keys.onUpPressed: root.nextItemInFocusChain(false).forceActiveFocus(Qt.BacktabFocusReason)

    background: Rectangle {
        border.color: root.first ? Theme.accent : root.hovered ? Theme.lineStrong : Theme.line
        border.width: 1
        color: root.down ? Theme.pressed : root.hovered ? Theme.hover : Theme.raised
        radius: Theme.radius

        FocusRing {
            radius: Theme.radius + gap
            shown: root.visualFocus
        }
    }
    contentItem: RowLayout {
        spacing: Theme.space4

        Icon {
            color: root.first ? Theme.accentInk : Theme.muted
            name: root.iconName
        }

        ColumnLayout {
            Layout.fillWidth: true
            spacing: Theme.space1

            SafeText {
                Layout.fillWidth: true
                font.weight: Font.DemiBold
                text: root.text
                wrapMode: Text.Wrap

                Accessible.ignored: true
            }

            SafeText {
                Layout.fillWidth: true
                color: root.hovered || root.down ? Theme.mutedOnSoft : Theme.muted
                role: "control"
                text: root.sentence
                wrapMode: Text.Wrap

                Accessible.ignored: true
            }
        }

        Icon {
            color: Theme.muted
            name: "chevronRight"
            size: 16
        }
    }
}
