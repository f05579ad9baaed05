import QtQuick
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The two labels a reply shows at once: how helpful it is, and its quality; below each other where there is no room. */
Flow {
    id: root

    /** Dots from 1 to 5; 0 = not rated. */
    required property int helpful
    required property int quality
    property bool readOnly: false

    signal edited(label: string, value: int)

    spacing: Theme.space3

    ScaleDots {
        highText: qsTr("very helpful")
        lowText: qsTr("no help")
        name: qsTr("Helpful")
        objectName: "helpfulDots"
        padding: 0
        readOnly: root.readOnly
        spacing: 4
        value: root.helpful

        onEdited: value => root.edited("helpfulness", value)
    }

    ScaleDots {
        highText: qsTr("excellent")
        lowText: qsTr("poor")
        name: qsTr("Quality")
        objectName: "qualityDots"
        padding: 0
        readOnly: root.readOnly
        spacing: 4
        value: root.quality

        onEdited: value => root.edited("quality", value)
    }
}
