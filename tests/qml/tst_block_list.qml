import QtQuick
import QtTest
import OpenAssistant.Blocks
import OpenAssistant.Testing

Item {
    id: root

    height: 600
    width: 700

    BlockList {
        id: list

        blocks: Fixtures.blocks
        width: 600
    }

    SignalSpy {
        id: copied

        signalName: "copyRequested"
        target: list
    }

    SignalSpy {
        id: linked

        signalName: "linkActivated"
        target: list
    }

    TestCase {
        name: "BlockList"
        when: windowShown

        function init(): void {
            Fixtures.setText("");
            copied.clear();
            linked.clear();
        }

        function test_the_copy_button_of_code_gives_the_exact_text(): void {
            Fixtures.setText("```py\n\tx = \"<b>&amp;\"  \n\n```");
            findChild(list, "copyButton").click();
            compare(copied.count, 1);
            compare(copied.signalArguments[0][0], "\tx = \"<b>&amp;\"  \n");
        }

        function test_the_label_of_code_is_its_language(): void {
            Fixtures.setText("```rust\nx\n```");
            compare(findChild(list, "codeLabel").text, "rust");
        }

        function test_code_is_shown_letter_by_letter(): void {
            Fixtures.setText("```cpp\nstd::vector<int> v;\n  <img src=\"http://127.0.0.1:9/x\">\n```");
            const code = findChild(list, "codeText");
            compare(code.getText(0, code.length).replace(/\u2029|\u2028/g, "\n"), "std::vector<int> v;\n  <img src=\"http://127.0.0.1:9/x\">");
        }

        function test_a_click_on_a_link_is_told_and_opens_nothing(): void {
            Fixtures.setText("[click](https://e.org/x)");
            waitForPolish(root.Window.window);
            mouseClick(list, 12, 10);
            compare(linked.count, 1);
            compare(linked.signalArguments[0][0], "https://e.org/x");
        }

        function test_links_are_reached_by_keyboard(): void {
            Fixtures.setText("one [a](https://a.org) two [b](https://b.org)");
            const stop = findChild(list, "linkStop");
            stop.forceActiveFocus(Qt.TabFocusReason);
            compare(stop.Accessible.name, "https://a.org");
            keyClick(Qt.Key_Right);
            keyClick(Qt.Key_Right);
            compare(stop.Accessible.description, "Link 2 of 2");
            keyClick(Qt.Key_Return);
            compare(linked.signalArguments[0][0], "https://b.org");
        }

        function test_streaming_keeps_the_items_above(): void {
            Fixtures.setText("");
            Fixtures.appendText("# One\n\n```py\nx = 1\n```\n\ntext");
            const label = findChild(list, "codeLabel");
            waitForPolish(root.Window.window);
            const before = list.implicitHeight;
            for (const letter of " and more text that wraps onto the next line because it is far too long for a single one")
                Fixtures.appendText(letter);
            verify(findChild(list, "codeLabel") === label);
            waitForPolish(root.Window.window);
            verify(list.implicitHeight > before, list.implicitHeight + " " + before);
        }

        function test_growing_code_shows_its_last_lines(): void {
            Fixtures.appendText("```py\n");
            for (let i = 0; i < 60; ++i)
                Fixtures.appendText("x = " + i + "\n");
            const tail = findChild(list, "codeTail");
            verify(tail !== null);
            verify(tail.getText(0, tail.length).includes("x = 59"));
            Fixtures.finish();
            const code = findChild(list, "codeText");
            tryVerify(() => code.getText(0, code.length).includes("x = 59"));
        }

        function test_long_code_hides_its_rest_until_asked(): void {
            Fixtures.setText("```\n" + Array.from({ length: 5000 }, (_, i) => "line " + i).join("\n") + "\n```");
            const button = findChild(list, "showAll");
            verify(button.visible);
            compare(findChild(list, "chunkList"), null);
            button.click();
            tryVerify(() => findChild(list, "chunkList") !== null);
            tryVerify(() => findChild(list, "chunkList").height > 100);
            compare(findChild(list, "chunkList").count, 50);
        }

        function test_blocks_beyond_the_page_come_when_asked(): void {
            Fixtures.setText("word\n\n".repeat(400));
            const more = findChild(list, "showMoreBlocks");
            verify(more.visible);
            more.click();
            more.click();
            tryCompare(more, "visible", false);
        }

        function test_u07_a_right_to_left_paragraph_lies_right(): void {
            Fixtures.setText("مرحبا [x](https://e.org)");
            waitForPolish(root.Window.window);
            let at = 0;
            for (let x = 0; x < list.width && linked.count === 0; x += 4)
                mouseClick(list, at = x, 10);
            verify(at > 400, at);
        }

        function test_text_of_a_message_can_be_selected_and_copied(): void {
            Fixtures.setText("`one` <b>two</b>");
            waitForPolish(root.Window.window);
            mouseClick(list, 20, 10, Qt.RightButton);
            const menu = findChild(findChild(list, "paragraphText"), "editMenu");
            verify(menu);
            tryCompare(menu, "opened", true);
            findChild(menu.contentItem, "editMenuSelectAll").click();
            tryCompare(menu, "visible", false);
            mouseClick(list, 20, 10, Qt.RightButton);
            tryCompare(menu, "opened", true);
            findChild(menu.contentItem, "editMenuCopy").click();
            tryCompare(menu, "visible", false);
            compare(Fixtures.clipboard(), "one <b>two</b>");
        }

        function test_a_wide_table_scrolls_and_keeps_its_text(): void {
            Fixtures.setText("| a | b |\n|---|---|\n| std::vector<int> | **x** |");
            const table = findChild(list, "tableText");
            verify(table.getText(0, table.length).includes("std::vector<int>"));
        }

        function test_its_natural_width_is_that_of_its_text(): void {
            Fixtures.setText("short");
            verify(list.implicitWidth > 20 && list.implicitWidth < 100, list.implicitWidth);
        }
    }
}
