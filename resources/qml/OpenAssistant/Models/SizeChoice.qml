pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Controls
import OpenAssistant.Theme

/** Which size of a model: small, balanced or large in plain words, the technical name small beside it. */
RowLayout {
    id: root

    property var choices: []
    property int chosen: 0
    property string label: ""
    property string technical: ""
    property string modelName: ""
    /** The technical name stands after the choice instead of before it. */
    property bool nameAfter: false

    signal picked(place: int)

    spacing: Theme.space2

    SafeText {
        Layout.fillWidth: true
        elide: Text.ElideRight
        horizontalAlignment: root.choices.length > 1 ? Text.AlignRight : Text.AlignLeft
        maximumLineCount: 1
        mono: true
        muted: true
        objectName: "technicalName"
        role: "caption"
        text: root.technical
        visible: text !== "" && !root.nameAfter
    }

    SafeText {
        role: "control"
        text: root.label
        visible: root.choices.length === 1
    }

    SafeComboBox {
        id: box

        Layout.preferredWidth: Theme.scaled(164)
        currentIndex: root.chosen
        displayText: root.label
        model: root.choices
        name: qsTr("Size of %1").arg(root.modelName)
        objectName: "sizeChoice"
        visible: root.choices.length > 1

        onActivated: index => root.picked(index)
    }

    SafeText {
        Layout.fillWidth: true
        elide: Text.ElideRight
        maximumLineCount: 1
        mono: true
        muted: true
        role: "caption"
        text: root.technical
        visible: text !== "" && root.nameAfter
    }
}
