pragma ComponentBehavior: Bound

import QtQuick
import OpenAssistant.Controls

/** Small buttons of one reply: like, dislike, labels, copy, continue, regenerate, delete. */
Row {
    id: root

    required property bool liked
    required property bool disliked
    required property int labelCount
    property bool readOnly: false
    property bool canRegenerate: false
    property bool canContinue: false

    signal likeToggled
    signal dislikeToggled
    signal labelsRequested
    signal copyRequested
    signal continueRequested
    signal regenerateRequested
    signal deleteRequested

    spacing: 0

    SafeIconButton {
        checked: root.liked
        filled: root.liked
        iconName: "thumbUp"
        name: qsTr("Like")
        objectName: "likeReply"
        small: true
        visible: !root.readOnly

        onClicked: root.likeToggled()
    }

    SafeIconButton {
        checked: root.disliked
        filled: root.disliked
        iconName: "thumbDown"
        name: qsTr("Dislike")
        objectName: "dislikeReply"
        small: true
        visible: !root.readOnly

        onClicked: root.dislikeToggled()
    }

    SafeIconButton {
        iconName: "flag"
        name: root.labelCount > 0 ? qsTr("Labels and reactions (%1 given)").arg(root.labelCount) : qsTr("Labels and reactions")
        objectName: "openLabels"
        small: true

        onClicked: root.labelsRequested()
    }

    SafeIconButton {
        iconName: "copy"
        name: qsTr("Copy the reply")
        objectName: "copyReply"
        small: true

        onClicked: root.copyRequested()
    }

    SafeIconButton {
        iconName: "writeOn"
        name: qsTr("Continue this reply")
        objectName: "continueReply"
        small: true
        visible: root.canContinue && !root.readOnly

        onClicked: root.continueRequested()
    }

    SafeIconButton {
        iconName: "refresh"
        name: qsTr("More replies to the same prompt")
        objectName: "regenerateReply"
        small: true
        visible: root.canRegenerate && !root.readOnly

        onClicked: root.regenerateRequested()
    }

    SafeIconButton {
        iconName: "trash"
        name: qsTr("Delete the reply and what follows")
        objectName: "deleteReply"
        small: true
        visible: !root.readOnly

        onClicked: root.deleteRequested()
    }
}
