import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The licence of a model: its name, its notice, the way to its text and to the model's page. */
ColumnLayout {
    id: root

    property string licence: ""
    property string notice: ""
    property string licenceUrl: ""
    property string pageUrl: ""
    property bool nonCommercial: false

    spacing: Theme.space1

    SafeText {
        Layout.fillWidth: true
        role: "secondary"
        text: root.nonCommercial ? qsTr("Licence: %1. You may not earn money with it.").arg(root.licence) : qsTr("Licence: %1").arg(root.licence)
        visible: root.licence !== ""
        wrapMode: Text.Wrap
    }

    SafeText {
        Layout.fillWidth: true
        elide: Text.ElideRight
        maximumLineCount: 6
        muted: true
        objectName: "licenceNotice"
        role: "secondary"
        text: root.notice
        visible: text !== ""
        wrapMode: Text.Wrap
    }

    Flow {
        Layout.fillWidth: true
        Layout.leftMargin: -Theme.space2
        spacing: Theme.space2

        SafeButton {
            iconName: "external"
            iconTrailing: true
            objectName: "licenceLink"
            small: true
            text: qsTr("Read the licence")
            variant: "quiet"
            visible: root.licenceUrl !== ""

            onClicked: AppViewModel.considerLink(root.licenceUrl)
        }

        SafeButton {
            iconName: "external"
            iconTrailing: true
            objectName: "pageLink"
            small: true
            text: qsTr("Its page on the hub")
            variant: "quiet"
            visible: root.pageUrl !== ""

            onClicked: AppViewModel.considerLink(root.pageUrl)
        }
    }
}
