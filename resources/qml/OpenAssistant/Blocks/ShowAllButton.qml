import OpenAssistant.Controls

/** Opens and closes the rest of a long block. */
SafeButton {
    id: root

    property bool expanded: false

    iconName: root.expanded ? "chevronUp" : "chevronDown"
    objectName: "showAll"
    small: true
    text: root.expanded ? qsTr("Show less") : qsTr("Show all")
    variant: "quiet"
}
