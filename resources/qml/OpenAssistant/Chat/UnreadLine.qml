import QtQuick
import QtQuick.Layouts
import OpenAssistant.Controls
import OpenAssistant.Theme

/** A line across the thread: what stands above it was not read for the last answer. */
Item {
    id: root

    required property int count
    required property real columnWidth

    implicitHeight: row.implicitHeight

    RowLayout {
        id: row

        anchors.horizontalCenter: parent.horizontalCenter
        spacing: Theme.space3
        width: root.columnWidth

        Divider {
            Layout.fillWidth: true
            Layout.minimumWidth: Theme.space6
        }

        SafeText {
            Layout.fillWidth: true
            Layout.maximumWidth: implicitWidth
            elide: Text.ElideRight
            muted: true
            objectName: "unreadLine"
            role: "caption"
            text: root.count === 1 ? qsTr("The message above was not read for the last answer") : qsTr("The %1 messages above were not read for the last answer").arg(root.count.toLocaleString(Qt.locale(), "f", 0))
        }

        Divider {
            Layout.fillWidth: true
            Layout.minimumWidth: Theme.space6
        }
    }
}
