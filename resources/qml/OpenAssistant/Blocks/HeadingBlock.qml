import QtQuick
import OpenAssistant.Theme

/** A heading of level 1 to 6. */
BlockFrame {
    id: root

    required property string markup
    required property int level
    required property list<string> links

    signal linkActivated(url: string)

    Accessible.name: heading.getText(0, heading.length)
    Accessible.role: Accessible.Heading

    MarkupText {
        id: heading

        font.pixelSize: Theme.headingSize(root.level)
        font.weight: Font.DemiBold
        markup: root.markup
        rightToLeft: root.rightToLeft
        width: parent.width

        onLinkActivated: link => root.linkActivated(link)
    }
    LinkStop {
        links: root.links

        onChosen: url => root.linkActivated(url)
    }
}
