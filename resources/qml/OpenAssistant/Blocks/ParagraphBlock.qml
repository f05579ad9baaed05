import QtQuick

/** A paragraph, or one item of a list. */
BlockFrame {
    id: root

    required property string markup
    required property list<string> links

    signal linkActivated(url: string)

    MarkupText {
        markup: root.markup
        objectName: "paragraphText"
        rightToLeft: root.rightToLeft
        width: parent.width

        onLinkActivated: link => root.linkActivated(link)
    }
    LinkStop {
        links: root.links

        onChosen: url => root.linkActivated(url)
    }
}
