pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Theme

/** What a page shows when it has nothing: an icon, a sentence, a hint and one action. */
Item {
    id: root

    property string iconName: ""
    property string title: ""
    property string text: ""
    property string actionText: ""
    default property alias extra: column.data

    signal actionTriggered

    implicitHeight: column.implicitHeight
    implicitWidth: Theme.scaled(360)

    ColumnLayout {
        id: column

        anchors.centerIn: parent
        spacing: Theme.space3
        width: Math.min(parent.width - 2 * Theme.space4, Theme.scaled(400))

        Rectangle {
            Layout.alignment: Qt.AlignHCenter
            Layout.bottomMargin: Theme.space1
            color: Theme.accentSoft
            implicitHeight: 56
            implicitWidth: 56
            radius: 28
            visible: root.iconName !== ""

            Icon {
                anchors.centerIn: parent
                color: Theme.accentInk
                name: root.iconName
                size: 26
            }
        }

        SafeText {
            Layout.fillWidth: true
            horizontalAlignment: Text.AlignHCenter
            role: "title"
            text: root.title
            visible: root.title !== ""
            wrapMode: Text.Wrap

            Accessible.role: Accessible.Heading
        }

        SafeText {
            Layout.fillWidth: true
            horizontalAlignment: Text.AlignHCenter
            muted: true
            text: root.text
            visible: root.text !== ""
            wrapMode: Text.Wrap
        }

        SafeButton {
            Layout.alignment: Qt.AlignHCenter
            Layout.topMargin: Theme.space2
            objectName: "emptyStateAction"
            text: root.actionText
            variant: "primary"
            visible: root.actionText !== ""

            onClicked: root.actionTriggered()
        }
    }
}
