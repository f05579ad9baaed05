pragma ComponentBehavior: Bound

import QtQuick
import OpenAssistant.Controls
import OpenAssistant.Theme

/** Makes the links of a block reachable by keyboard: Tab comes here, arrows choose one, Enter opens it. */
Loader {
    id: root

    required property list<string> links

    signal chosen(url: string)

    active: root.links.length > 0
    anchors.fill: parent
    z: -1

    sourceComponent: Item {
        id: stop

        property int current: 0
        readonly property string url: root.links[Math.min(stop.current, root.links.length - 1)] ?? ""

        activeFocusOnTab: true
        objectName: "linkStop"

        Accessible.description: qsTr("Link %1 of %2").arg(stop.current + 1).arg(root.links.length)
        Accessible.focusable: true
        Accessible.name: stop.url
        Accessible.role: Accessible.Link

        Accessible.onPressAction: root.chosen(stop.url)
        Keys.onEnterPressed: root.chosen(stop.url)
        Keys.onLeftPressed: stop.current = Math.max(0, stop.current - 1)
        Keys.onReturnPressed: root.chosen(stop.url)
        Keys.onRightPressed: stop.current = Math.min(root.links.length - 1, stop.current + 1)

        FocusRing {
            gap: 4
            shown: stop.activeFocus
        }

        TipLoader {
            shown: stop.activeFocus
            text: stop.url
        }
    }
}
