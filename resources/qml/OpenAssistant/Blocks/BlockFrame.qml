pragma ComponentBehavior: Bound

import QtQuick
import OpenAssistant.Controls
import OpenAssistant.Theme

/** Places one block: quote bars, list indent and marker, then its content, which is the only child. */
Item {
    id: root

    required property int indent
    required property string marker
    required property int quote
    required property bool rightToLeft
    default property alias content: holder.data

    readonly property Item child: holder.children.length > 0 ? holder.children[0] : null
    readonly property real quoteWidth: root.quote * 14
    readonly property real indentWidth: root.indent * Theme.scaled(26)
    readonly property real startWidth: root.quoteWidth + root.indentWidth

    implicitHeight: Math.max(root.child?.implicitHeight ?? 0, markerLoader.implicitHeight)
    implicitWidth: root.startWidth + (root.child?.implicitWidth ?? 0)

    Repeater {
        model: root.quote

        Rectangle {
            required property int index

            color: Theme.lineStrong
            height: root.height
            opacity: 0.5
            radius: 1
            width: 3
            x: root.rightToLeft ? root.width - width - index * 14 : index * 14
        }
    }

    Loader {
        id: markerLoader

        active: root.marker !== ""
        x: root.rightToLeft ? root.width - root.startWidth + Theme.space2 : root.startWidth - width - Theme.space2

        sourceComponent: SafeText {
            color: Theme.muted
            text: root.marker
        }
    }

    Item {
        id: holder

        height: root.height
        width: root.width - root.startWidth
        x: root.rightToLeft ? 0 : root.startWidth
    }
}
