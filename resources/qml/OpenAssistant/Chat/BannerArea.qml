pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The banners that wait for the person, newest first. */
ColumnLayout {
    id: root

    spacing: Theme.space2
    visible: banners.count > 0

    Repeater {
        id: banners

        model: Notices.banners

        Banner {
            id: banner

            required property string key
            required property int index
            required kind
            required text
            required hint
            required actionText
            required closable

            Layout.fillWidth: true
            objectName: "banner-" + banner.key

            onActionTriggered: Notices.act(banner.key)
            onClosed: Notices.dismiss(banner.key)
        }
    }
}
