import QtQuick

/** A paragraph, or one item of a list. */
BlockFrame {
    id: root

    required property string markup

    signal linkActivated(url: string)

    MarkupText {
        markup: root.markup
        rightToLeft: root.rightToLeft
        width: parent.width

        onLinkActivated: link => root.linkActivated(link)
    }
}
