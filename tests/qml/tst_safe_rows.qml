import QtQuick
import QtTest
import OpenAssistant.Controls

Item {
    id: root

    height: 300
    width: 260

    SafeItemDelegate {
        id: row

        secondary: "en · 3 branches"
        text: "Title <img src='x'>"
        width: 240

        SafeIconButton {
            id: more

            iconName: "more"
            name: "More"
        }
    }

    SafeRailButton {
        id: rail

        checked: true
        iconName: "chat"
        text: "Chat"
        y: 100
    }

    SignalSpy {
        id: clicked

        signalName: "clicked"
        target: row
    }

    TestCase {
        name: "Rows"
        when: windowShown

        function test_enter_chooses_a_row(): void {
            clicked.clear();
            row.forceActiveFocus(Qt.TabFocusReason);
            verify(row.visualFocus);
            keyClick(Qt.Key_Return);
            compare(clicked.count, 1);
        }

        function test_its_trailing_button_is_at_its_end(): void {
            verify(more.mapToItem(row, 0, 0).x > 190);
        }

        function test_it_is_named_with_both_lines(): void {
            compare(row.Accessible.name, "Title <img src='x'>, en · 3 branches");
            compare(rail.Accessible.name, "Chat");
            compare(rail.Accessible.selected, true);
        }
    }
}
