pragma ComponentBehavior: Bound

import QtQml.Models
import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The branch shown, from the first prompt to its end. Follows new text only while its end is in view. */
Item {
    id: root

    required property real columnWidth
    property bool readOnly: false

    readonly property bool atEnd: list.contentHeight <= list.height || list.contentY + list.height >= list.originY + list.contentHeight - Theme.space10

    /** Goes to the newest message and follows it. */
    function jumpToEnd(): void {
        list.following = true;
        list.positionViewAtEnd();
    }

    /** Scrolls by pages; negative is up. */
    function page(step: int): void {
        list.following = false;
        list.contentY = Math.max(list.originY, Math.min(list.originY + Math.max(0, list.contentHeight - list.height), list.contentY + step * list.height * 0.85));
        list.following = root.atEnd;
    }

    /** Gives keyboard focus to the text that is looked for. */
    function focusFind(): void {
        if (findBar.visible)
            findBar.focusText();
    }

    signal linkActivated(url: string)
    signal labelsRequested(messageId: string)

    Connections {
        function onConversationOpened(): void {
            root.jumpToEnd();
        }

        target: ThreadViewModel
    }

    Connections {
        function onRowRequested(row: int): void {
            list.following = false;
            list.positionViewAtIndex(row, ListView.Beginning);
            list.contentY = Math.max(list.originY, Math.min(list.contentY - findBar.height - Theme.space6, list.originY + Math.max(0, list.contentHeight - list.height)));
        }

        target: FindViewModel
    }

    ListView {
        id: list

        property bool following: true

        acceptedButtons: Qt.NoButton
        anchors.fill: parent
        boundsBehavior: Flickable.StopAtBounds
        cacheBuffer: 600
        clip: true
        currentIndex: FindViewModel.row
        highlightFollowsCurrentItem: true
        highlightMoveDuration: 0
        highlightResizeDuration: 0
        keyNavigationEnabled: false
        model: ThreadViewModel.rows
        objectName: "messageList"
        reuseItems: false
        spacing: Theme.space3

        T.ScrollBar.vertical: SafeScrollBar {}

        footer: Item {
            implicitHeight: Theme.space5
        }
        highlight: Item {
            visible: FindViewModel.row >= 0

            Rectangle {
                color: Theme.accent
                height: parent.height
                radius: width / 2
                width: 3
                x: Math.max(2, (parent.width - root.columnWidth) / 2 - Theme.space3)
            }
        }
        header: Item {
            implicitHeight: Theme.space5 + 2
        }
        delegate: DelegateChooser {
            role: "kind"

            DelegateChoice {
                roleValue: "earlier"

                Item {
                    id: earlierRow

                    required property int count

                    implicitHeight: earlier.implicitHeight
                    width: ListView.view?.width ?? 0

                    SafeButton {
                        id: earlier

                        anchors.horizontalCenter: parent.horizontalCenter
                        iconName: "chevronUp"
                        objectName: "showEarlier"
                        small: true
                        text: qsTr("Show earlier messages (%1)").arg(earlierRow.count)

                        onClicked: {
                            list.following = false;
                            ThreadViewModel.showEarlier();
                        }
                    }
                }
            }

            DelegateChoice {
                roleValue: "unread"

                UnreadLine {
                    columnWidth: root.columnWidth
                    width: ListView.view?.width ?? 0
                }
            }

            DelegateChoice {
                roleValue: "prompt"

                Item {
                    id: promptRow

                    required property string messageId
                    required property string parentId
                    required property string text
                    required property int position
                    required property int count
                    required property string edited
                    required property bool unanswered
                    required property string cut
                    required property int index

                    implicitHeight: prompt.implicitHeight
                    width: ListView.view?.width ?? 0

                    PromptBubble {
                        id: prompt

                        anchors.horizontalCenter: parent.horizontalCenter
                        canDelete: promptRow.parentId !== ""
                        count: promptRow.count
                        edited: promptRow.edited
                        cut: promptRow.cut
                        editing: ThreadViewModel.editingId === promptRow.messageId
                        editingText: ThreadViewModel.editingText
                        messageId: promptRow.messageId
                        objectName: "prompt" + promptRow.index
                        position: promptRow.position
                        readOnly: root.readOnly || ThreadViewModel.streaming
                        text: promptRow.text
                        unanswered: promptRow.unanswered
                        width: root.columnWidth

                        onCopyRequested: ThreadViewModel.copyMessage(promptRow.messageId)
                        onDeleteRequested: ThreadViewModel.deleteMessage(promptRow.messageId)
                        onEditCancelled: ThreadViewModel.cancelEdit()
                        onEditSaved: text => ThreadViewModel.saveEdit(promptRow.messageId, text)
                        onEditStarted: ThreadViewModel.startEdit(promptRow.messageId)
                        onRepliesRequested: ThreadViewModel.regenerate(promptRow.messageId)
                        onSiblingRequested: step => ThreadViewModel.showSibling(promptRow.messageId, step)
                        onWholeRequested: ThreadViewModel.showWhole(promptRow.messageId)
                    }
                }
            }

            DelegateChoice {
                roleValue: "reply"

                SingleReplyRow {
                    columnWidth: root.columnWidth
                    last: index === (ListView.view?.count ?? 0) - 1
                    readOnly: root.readOnly
                    width: ListView.view?.width ?? 0

                    onLabelsRequested: messageId => root.labelsRequested(messageId)
                    onLinkActivated: url => root.linkActivated(url)
                }
            }

            DelegateChoice {
                roleValue: "cards"

                CardsRow {
                    columnWidth: root.columnWidth
                    readOnly: root.readOnly
                    width: ListView.view?.width ?? 0

                    onLabelsRequested: messageId => root.labelsRequested(messageId)
                    onLinkActivated: url => root.linkActivated(url)
                }
            }
        }

        onContentHeightChanged: if (list.following)
            list.positionViewAtEnd()
        onHeightChanged: if (list.following)
            list.positionViewAtEnd()
        onMovementEnded: list.following = root.atEnd
    }

    SafeButton {
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.space3
        anchors.horizontalCenter: parent.horizontalCenter
        iconName: "arrowDown"
        objectName: "jumpToEnd"
        small: true
        text: ThreadViewModel.streaming ? qsTr("New text below") : qsTr("To the end")
        visible: !root.atEnd

        onClicked: root.jumpToEnd()
    }

    FindBar {
        id: findBar

        anchors.right: parent.right
        anchors.rightMargin: Theme.space5
        anchors.top: parent.top
        anchors.topMargin: Theme.space2
        objectName: "findBar"
        visible: FindViewModel.isOpen
        width: Math.min(implicitWidth, parent.width - 2 * Theme.space5)
    }
}
