import QtQuick
import OpenAssistant.Theme

/** A heading of level 1 to 6. */
BlockFrame {
    id: root

    required property string markup
    required property int level

    signal linkActivated(url: string)

    Accessible.role: Accessible.Heading

    MarkupText {
        font.pixelSize: Theme.headingSize(root.level)
        font.weight: Font.DemiBold
        markup: root.markup
        rightToLeft: root.rightToLeft
        width: parent.width

        onLinkActivated: link => root.linkActivated(link)
    }
}
