import QtQuick
import QtTest
import OpenAssistant.Chat

Item {
    id: root

    height: 400
    width: 700

    Component {
        id: bubbleComponent

        PromptBubble {
            count: 1
            edited: ""
            editing: false
            messageId: "m"
            position: 1
            text: "What is a barn?"
            unanswered: false
            width: 600
        }
    }

    SignalSpy {
        id: spy
    }

    TestCase {
        name: "PromptBubble"
        when: windowShown

        function bubble(properties) {
            return createTemporaryObject(bubbleComponent, root, properties ?? {});
        }

        function test_the_bubble_is_as_wide_as_its_text_and_never_wider_than_the_column() {
            const small = findChild(bubble(), "promptText");
            const large = bubble({
                text: "word ".repeat(400)
            });
            verify(small.width < 200);
            verify(findChild(large, "promptText").width <= 600 * 0.85);
            verify(large.height > 200);
        }

        function test_foreign_text_is_shown_as_it_is() {
            const poison = "<img src='http://127.0.0.1:9/x'> **bold** std::vector<int>";
            const shown = findChild(bubble({
                text: poison
            }), "promptText");
            compare(shown.text, poison);
            compare(shown.textFormat, Text.PlainText);
        }

        function test_editing_puts_the_cursor_behind_the_text_and_enter_saves() {
            const item = bubble();
            spy.signalName = "editSaved";
            spy.target = item;
            spy.clear();
            item.editing = true;
            const editor = findChild(item, "promptEditor");
            tryCompare(editor.area, "activeFocus", true);
            tryCompare(editor, "cursorPosition", 15);
            keyClick(Qt.Key_Exclam);
            keyClick(Qt.Key_Return);
            compare(spy.count, 1);
            compare(spy.signalArguments[0][0], "What is a barn?!");
        }

        function test_escape_cancels_editing() {
            const item = bubble();
            spy.signalName = "editCancelled";
            spy.target = item;
            spy.clear();
            item.editing = true;
            tryCompare(findChild(item, "promptEditor").area, "activeFocus", true);
            keyClick(Qt.Key_Escape);
            compare(spy.count, 1);
        }

        function test_an_empty_text_cannot_be_sent() {
            const item = bubble();
            item.editing = true;
            const editor = findChild(item, "promptEditor");
            editor.text = "   ";
            verify(!findChild(item, "saveEdit").enabled);
        }

        function test_an_unanswered_prompt_offers_replies() {
            const item = bubble({
                unanswered: true
            });
            spy.signalName = "repliesRequested";
            spy.target = item;
            spy.clear();
            mouseClick(findChild(item, "getReplies"));
            compare(spy.count, 1);
            verify(!findChild(bubble(), "getReplies").visible);
        }

        function test_read_only_offers_nothing_that_changes() {
            const item = bubble({
                readOnly: true,
                unanswered: true
            });
            for (const name of ["getReplies", "editPrompt", "deletePrompt"])
                verify(!findChild(item, name).visible, name);
            verify(findChild(item, "copyPrompt").visible);
        }
    }
}
