pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Theme

/** A rating of `steps` dots. Arrow keys or number keys set it, Delete clears it; clicking the set dot clears it.

    value: 0 = not rated, 1..steps. lowText and highText are spoken and shown as tooltip.
*/
T.Control {
    id: root

    required property string name
    property int value: 0
    property int steps: 5
    property string lowText: ""
    property string highText: ""
    property bool labelled: true
    property bool readOnly: false

    signal edited(value: int)

    /** Takes what the person chose; out of range means cleared. */
    function choose(value: int): void {
        if (root.readOnly)
            return;
        root.edited(value < 0 || value > root.steps ? 0 : value);
    }

    focusPolicy: root.readOnly ? Qt.NoFocus : Qt.StrongFocus
    hoverEnabled: true
    implicitHeight: Math.max(22, row.implicitHeight + root.topPadding + root.bottomPadding)
    implicitWidth: row.implicitWidth + root.leftPadding + root.rightPadding
    padding: 2
    spacing: 6

    Accessible.description: root.value === 0 ? qsTr("not rated") : qsTr("%1 of %2").arg(root.value).arg(root.steps)
    Accessible.focusable: true
    Accessible.name: root.name
    Accessible.role: Accessible.Slider

    Accessible.onDecreaseAction: root.choose(Math.max(1, root.value - 1))
    Accessible.onIncreaseAction: root.choose(Math.min(root.steps, root.value + 1))
    Keys.onPressed: event => {
        const digit = event.key - Qt.Key_0;
        event.accepted = true;
        if (event.key === Qt.Key_Left || event.key === Qt.Key_Down || event.key === Qt.Key_Minus)
            root.choose(Math.max(1, root.value - 1));
        else if (event.key === Qt.Key_Right || event.key === Qt.Key_Up || event.key === Qt.Key_Plus)
            root.choose(Math.min(root.steps, root.value + 1));
        else if (event.key === Qt.Key_Delete || event.key === Qt.Key_Backspace)
            root.choose(0);
        else if (!event.modifiers && digit >= 0 && digit <= root.steps)
            root.choose(digit);
        else
            event.accepted = false;
    }

    background: Item {
        FocusRing {
            gap: 0
            shown: root.visualFocus
        }
    }
    contentItem: Row {
        id: row

        spacing: root.spacing

        SafeText {
            anchors.verticalCenter: parent.verticalCenter
            muted: true
            role: "secondary"
            text: root.name
            visible: root.labelled

            Accessible.ignored: true
        }

        Row {
            anchors.verticalCenter: parent.verticalCenter

            Repeater {
                model: root.steps

                Item {
                    id: dot

                    required property int index
                    readonly property bool on: dot.index < root.value

                    height: Theme.scaled(18)
                    width: Theme.scaled(13)

                    Rectangle {
                        anchors.centerIn: parent
                        border.color: dot.on ? "transparent" : area.containsMouse ? Theme.accent : Theme.muted
                        border.width: 1.2
                        color: dot.on ? (area.containsMouse ? Theme.accent : Theme.muted) : "transparent"
                        height: Theme.scaled(10)
                        radius: height / 2
                        width: height
                    }

                    MouseArea {
                        id: area

                        anchors.fill: parent
                        cursorShape: root.readOnly ? Qt.ArrowCursor : Qt.PointingHandCursor
                        enabled: !root.readOnly
                        hoverEnabled: true

                        onClicked: root.choose(root.value === dot.index + 1 ? 0 : dot.index + 1)
                    }
                }
            }
        }
    }

    TipLoader {
        shown: root.hovered && root.lowText !== ""
        text: qsTr("1 = %1, %2 = %3").arg(root.lowText).arg(root.steps).arg(root.highText)
    }
}
