import QtQuick
import QtTest
import OpenAssistant.Controls

Item {
    id: root

    height: 400
    width: 400

    SafeTextArea {
        id: area

        maximumHeight: 120
        minimumHeight: 40
        placeholderText: "Message"
        submitOnEnter: true
        width: 300
    }

    SignalSpy {
        id: submitted

        signalName: "submitted"
        target: area
    }

    SignalSpy {
        id: recalled

        signalName: "recallRequested"
        target: area
    }

    SignalSpy {
        id: escaped

        signalName: "escapePressed"
        target: area
    }

    TestCase {
        name: "SafeTextArea"
        when: windowShown

        function init(): void {
            area.text = "";
            area.submitOnEnter = true;
            submitted.clear();
            recalled.clear();
            escaped.clear();
            area.focusText();
        }

        function test_enter_submits_and_shift_enter_breaks_the_line(): void {
            keyClick(Qt.Key_A);
            keyClick(Qt.Key_Return, Qt.ShiftModifier);
            keyClick(Qt.Key_B);
            compare(area.text, "a\nb");
            compare(submitted.count, 0);
            keyClick(Qt.Key_Return);
            compare(submitted.count, 1);
            compare(area.text, "a\nb");
        }

        function test_enter_can_be_a_new_line_and_ctrl_enter_submits(): void {
            area.submitOnEnter = false;
            keyClick(Qt.Key_Return);
            compare(area.text, "\n");
            keyClick(Qt.Key_Return, Qt.ControlModifier);
            compare(submitted.count, 1);
        }

        function test_up_in_an_empty_box_recalls(): void {
            keyClick(Qt.Key_Up);
            compare(recalled.count, 1);
            keyClick(Qt.Key_A);
            keyClick(Qt.Key_Up);
            compare(recalled.count, 1);
        }

        function test_escape_is_told(): void {
            keyClick(Qt.Key_Escape);
            compare(escaped.count, 1);
        }

        function test_tab_leaves_it(): void {
            keyClick(Qt.Key_Tab);
            compare(area.text, "");
        }

        function test_it_grows_up_to_its_maximum(): void {
            compare(area.implicitHeight, 40);
            area.text = "a\nb\nc";
            verify(area.implicitHeight > 40);
            area.text = "a\n".repeat(100);
            compare(area.implicitHeight, 120);
        }

        function test_text_is_never_interpreted(): void {
            area.text = "<b>x</b>";
            compare(area.text, "<b>x</b>");
            compare(area.area.textFormat, TextEdit.PlainText);
        }

        function test_a_right_click_offers_to_copy(): void {
            area.text = "word";
            area.area.selectAll();
            mouseClick(area.area, 20, 15, Qt.RightButton);
            const menu = area.area.children.map(child => findChild(child, "editMenu")).find(found => found !== null);
            verify(menu);
            tryCompare(menu, "opened", true);
            compare(area.area.selectedText, "word");
            keyClick(Qt.Key_Escape);
            tryCompare(menu, "visible", false);
        }

        function test_it_is_named(): void {
            compare(area.area.Accessible.name, "Message");
        }
    }
}
