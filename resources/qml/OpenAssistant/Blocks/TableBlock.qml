pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Controls
import OpenAssistant.Documents
import OpenAssistant.Theme

/** A table with thin lines; scrolls sideways when it is wider than the text column. */
BlockFrame {
    id: root

    required property string markup
    required property int hiddenLines
    required property int row
    required property BlockListModel blocks
    property bool expanded: false

    required property list<string> links

    signal copyRequested(text: string)
    signal linkActivated(url: string)

    Column {
        spacing: Theme.space1
        width: parent.width

        Flickable {
            id: flick

            activeFocusOnTab: contentWidth > width
            boundsBehavior: Flickable.StopAtBounds
            clip: true
            contentHeight: table.implicitHeight
            contentWidth: Math.max(width, table.width)
            flickableDirection: Flickable.HorizontalFlick
            height: implicitHeight
            implicitHeight: table.implicitHeight + (contentWidth > width ? 10 : 0)
            implicitWidth: table.implicitWidth
            interactive: contentWidth > width
            width: parent.width

            T.ScrollBar.horizontal: SafeScrollBar {}
            Keys.onLeftPressed: flick.contentX = Math.max(0, flick.contentX - 40)
            Keys.onRightPressed: flick.contentX = Math.min(flick.contentWidth - flick.width, flick.contentX + 40)

            MarkupText {
                id: table

                form: "table"
                markup: root.expanded ? root.blocks.wholeTable(root.row) : root.markup
                objectName: "tableText"
                width: Math.min(implicitWidth, Math.max(flick.width, Theme.columnWidth))

                onLinkActivated: link => root.linkActivated(link)
            }
        }

        Loader {
            active: root.hiddenLines > 0
            visible: active

            sourceComponent: ShowAllButton {
                expanded: root.expanded
                text: root.expanded ? qsTr("Show less") : qsTr("Show all, %1 more rows").arg(root.hiddenLines)

                onClicked: root.expanded = !root.expanded
            }
        }
    }

    LinkStop {
        links: root.links
        parent: root

        onChosen: url => root.linkActivated(url)
    }

    CopyButton {
        opacity: hover.hovered || visualFocus || done ? 1 : 0.35
        parent: root
        x: Math.min(root.startWidth + table.width + Theme.space1, root.width - width)
        y: Theme.space1

        onClicked: root.copyRequested(root.blocks.copyText(root.row))
    }

    HoverHandler {
        id: hover

        parent: root
    }
}
