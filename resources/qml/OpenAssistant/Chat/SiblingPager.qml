import QtQuick
import OpenAssistant.Controls

/** `‹ 2 / 3 ›` under a message that has siblings; not there when it has none. */
Row {
    id: root

    /** Place among the siblings, from 1. */
    required property int position
    required property int count
    property string what: qsTr("version")

    signal stepped(step: int)

    spacing: 0
    visible: root.count > 1

    Accessible.name: qsTr("%1 %2 of %3").arg(root.what).arg(root.position).arg(root.count)
    Accessible.role: Accessible.Grouping

    SafeIconButton {
        enabled: root.position > 1
        iconName: "chevronLeft"
        name: qsTr("Previous %1").arg(root.what)
        objectName: "pagerPrevious"
        small: true

        onClicked: root.stepped(-1)
    }

    SafeText {
        anchors.verticalCenter: parent.verticalCenter
        objectName: "pagerText"
        role: "secondary"
        text: root.position + " / " + root.count
    }

    SafeIconButton {
        enabled: root.position < root.count
        iconName: "chevronRight"
        name: qsTr("Next %1").arg(root.what)
        objectName: "pagerNext"
        small: true

        onClicked: root.stepped(1)
    }
}
