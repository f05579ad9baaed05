import QtQuick
import QtTest
import OpenAssistant.Chat

Item {
    id: root

    height: 400
    width: 400

    Component {
        id: itemComponent

        ConversationItem {
            current: false
            generating: false
            index: 0
            messageId: ""
            pinned: false
            subtitle: "en · 3 branches"
            title: "Etymology of “barn”"
            treeId: "t"
            width: 240
        }
    }

    Component {
        id: menuComponent

        ConversationMenu {}
    }

    Component {
        id: nodeComponent

        TreeNodeItem {
            active: true
            current: true
            labelled: true
            messageId: "m"
            name: "Reply, rank 1: text"
            rank: 1
            square: true
        }
    }

    Component {
        id: renameComponent

        RenameDialog {}
    }

    SignalSpy {
        id: spy
    }

    TestCase {
        name: "Lists"
        when: windowShown

        function watch(item, signal) {
            spy.target = null;
            spy.signalName = signal;
            spy.target = item;
            spy.clear();
        }

        function test_a_right_click_asks_for_the_menu() {
            const item = createTemporaryObject(itemComponent, root);
            watch(item, "menuRequested");
            mouseClick(item, 50, 20, Qt.RightButton);
            compare(spy.count, 1);
        }

        function test_keys_rename_and_delete_the_line_in_focus() {
            const item = createTemporaryObject(itemComponent, root);
            item.forceActiveFocus();
            watch(item, "renameRequested");
            keyClick(Qt.Key_F2);
            compare(spy.count, 1);
            watch(item, "deleteRequested");
            keyClick(Qt.Key_Delete);
            compare(spy.count, 1);
            watch(item, "deleteRequested");
            keyClick(Qt.Key_Backspace);
            compare(spy.count, 0);
        }

        function test_a_message_that_was_found_cannot_be_deleted_from_the_list() {
            const item = createTemporaryObject(itemComponent, root, {
                messageId: "m"
            });
            item.forceActiveFocus();
            watch(item, "deleteRequested");
            keyClick(Qt.Key_Delete);
            compare(spy.count, 0);
            verify(!findChild(item, "conversationMenuButton").visible);
        }

        function test_a_very_long_title_stays_in_its_line() {
            const item = createTemporaryObject(itemComponent, root, {
                title: "word ".repeat(200)
            });
            compare(item.width, 240);
            verify(item.height < 80);
        }

        function test_the_menu_is_about_the_line_it_was_opened_on() {
            const item = createTemporaryObject(itemComponent, root, {
                pinned: true
            });
            const menu = createTemporaryObject(menuComponent, root);
            menu.ask(item);
            tryCompare(menu, "opened", true);
            compare(menu.treeId, "t");
            watch(menu, "pinToggled");
            mouseClick(findChild(menu.contentItem, "menuPin"));
            compare(spy.count, 1);
        }

        function test_a_node_of_the_tree_is_named_and_pressed() {
            const node = createTemporaryObject(nodeComponent, root);
            compare(node.Accessible.name, "Reply, rank 1: text");
            watch(node, "clicked");
            mouseClick(node);
            compare(spy.count, 1);
        }

        function test_renaming_needs_a_title() {
            const dialog = createTemporaryObject(renameComponent, root);
            watch(dialog, "renamed");
            dialog.ask("t", "Old");
            tryCompare(dialog, "opened", true);
            const field = findChild(dialog.contentItem, "renameField");
            tryCompare(field, "activeFocus", true);
            compare(field.selectedText, "Old");
            field.text = "  ";
            verify(!dialog.canAccept);
            field.text = "New";
            keyClick(Qt.Key_Return);
            compare(spy.signalArguments[0][0], "t");
            compare(spy.signalArguments[0][1], "New");
        }
    }
}
