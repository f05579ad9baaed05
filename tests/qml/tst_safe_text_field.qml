import QtQuick
import QtTest
import OpenAssistant.Controls

Item {
    id: root

    height: 200
    width: 300

    SafeTextField {
        id: field

        placeholderText: "Search <b>all</b>"

        onSubmitted: text => spy.last = text
    }

    QtObject {
        id: spy

        property string last: ""
    }

    TestCase {
        name: "SafeTextField"
        when: windowShown

        function init(): void {
            field.text = "";
            spy.last = "";
            field.forceActiveFocus();
        }

        function test_enter_submits(): void {
            keyClick(Qt.Key_A);
            keyClick(Qt.Key_Return);
            compare(spy.last, "a");
        }

        function test_its_placeholder_names_it(): void {
            compare(field.Accessible.name, "Search <b>all</b>");
            field.name = "Search";
            compare(field.Accessible.name, "Search");
            field.name = "";
        }

        function test_it_is_ringed_when_it_has_focus(): void {
            compare((field.background as Rectangle).border.width, 2);
        }
    }
}
