pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Shapes
import OpenAssistant.Theme
import "icons.js" as IconData

/** One of our own line icons, by name (see icons.js). Decorative: the control around it carries the name. */
Item {
    id: root

    property string name: ""
    property color color: Theme.muted
    property int size: Theme.iconSize
    property bool filled: false
    property real strokeWidth: 1.5

    implicitWidth: root.size
    implicitHeight: root.size

    Accessible.ignored: true

    Shape {
        width: 20
        height: 20
        scale: root.size / 20
        transformOrigin: Item.TopLeft
        preferredRendererType: Shape.CurveRenderer
        visible: root.name !== ""

        ShapePath {
            strokeColor: root.color
            strokeWidth: root.strokeWidth
            fillColor: root.filled ? root.color : "transparent"
            capStyle: ShapePath.RoundCap
            joinStyle: ShapePath.RoundJoin

            PathSvg {
                path: IconData.pathOf(root.name)
            }
        }
    }
}
