import QtQuick
import OpenAssistant.Theme

/** A small spaced heading over a group, as PINNED, TREE and STATE in the window. */
SafeText {
    id: root

    role: "caption"
    muted: true
    elide: Text.ElideRight
    font.capitalization: Font.AllUppercase
    font.letterSpacing: 1
    font.weight: Font.Medium
    color: Theme.muted

    Accessible.role: Accessible.Heading
}
