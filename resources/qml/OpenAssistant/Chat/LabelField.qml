pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Controls
import OpenAssistant.Theme

/** One label: dots for a scale, yes and no for a question, a box for a flag. */
ColumnLayout {
    id: root

    required property string key
    required property string widget
    required property string title
    required property string low
    required property string high
    /** Dots from 1 to 5, or 1 no and 2 yes; 0 = not said. */
    required property int value
    property bool readOnly: false

    signal edited(value: int)

    spacing: 2

    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.space2
        visible: root.widget !== "flag"

        SafeText {
            Layout.fillWidth: true
            role: "control"
            text: root.title
            wrapMode: Text.Wrap
        }

        ScaleDots {
            highText: root.high
            labelled: false
            lowText: root.low
            name: root.title
            objectName: "labelDots"
            readOnly: root.readOnly
            value: root.value
            visible: root.widget === "scale"

            onEdited: value => root.edited(value)
        }

        Repeater {
            model: root.widget === "yes_no" ? [qsTr("No"), qsTr("Yes")] : []

            SafeChip {
                id: chip

                required property int index
                required property string modelData

                checkable: true
                checked: root.value === chip.index + 1
                enabled: !root.readOnly
                objectName: chip.index === 0 ? "labelNo" : "labelYes"
                text: chip.modelData

                Accessible.name: root.title + " " + chip.modelData

                onToggled: {
                    root.edited(root.value === chip.index + 1 ? 0 : chip.index + 1);
                    chip.checked = Qt.binding(() => root.value === chip.index + 1);
                }
            }
        }
    }

    RowLayout {
        Layout.fillWidth: true
        visible: root.widget === "scale"

        SafeText {
            Layout.fillWidth: true
            muted: true
            role: "caption"
            text: root.low + " – " + root.high
        }
    }

    SafeCheckBox {
        checked: root.value === 2
        enabled: !root.readOnly
        objectName: "labelFlag"
        text: root.title
        visible: root.widget === "flag"

        onToggled: root.edited(checked ? 2 : 0)
    }
}
