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
    /** At text scale 1; grows with the text. */
    property int size: Theme.iconSize
    property bool filled: false
    property real strokeWidth: 1.5

    readonly property int scaledSize: Theme.scaled(root.size)

    implicitHeight: root.scaledSize
    implicitWidth: root.scaledSize

    // Without a GPU, Qt draws a shape that lies wholly outside its clip as if there were no clip; a layer it clips.
    layer.enabled: GraphicsInfo.api === GraphicsInfo.Software

    Accessible.ignored: true

    Shape {
        width: 20
        height: 20
        scale: root.scaledSize / 20
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
