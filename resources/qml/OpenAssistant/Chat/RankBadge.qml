import QtQuick
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The place of a reply: filled for the best, an outline with its number else. */
Rectangle {
    id: root

    /** 1 = best, 0 = not ranked. */
    required property int rank
    /** Shown while there is no rank: the reply's number. */
    required property int number
    property bool tied: false

    readonly property bool best: root.rank === 1

    border.color: root.best ? Theme.accent : Theme.line
    border.width: 1
    color: root.best ? Theme.accent : root.rank > 0 ? Theme.ground : "transparent"
    implicitHeight: Theme.scaled(24)
    implicitWidth: Math.max(implicitHeight, label.implicitWidth + Theme.space2)
    radius: height / 2

    Accessible.name: root.rank === 0 ? qsTr("Reply %1, not ranked").arg(root.number)
                                     : root.tied ? qsTr("Rank %1, tied").arg(root.rank) : qsTr("Rank %1").arg(root.rank)
    Accessible.role: Accessible.StaticText

    SafeText {
        id: label

        anchors.centerIn: parent
        color: root.best ? Theme.inkOnAccent : root.rank > 0 ? Theme.ink : Theme.muted
        font.weight: root.rank > 0 ? Font.DemiBold : Font.Normal
        role: "secondary"
        text: root.rank > 0 ? (root.tied ? "=" : "") + root.rank : root.number

        Accessible.ignored: true
    }
}
