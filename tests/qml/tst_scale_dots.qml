import QtQuick
import QtTest
import OpenAssistant.Controls

Item {
    id: root

    height: 100
    width: 300

    ScaleDots {
        id: dots

        highText: "helpful"
        lowText: "useless"
        name: "Helpful"

        onEdited: value => dots.value = value
    }

    TestCase {
        name: "ScaleDots"
        when: windowShown

        function init(): void {
            dots.value = 0;
            dots.readOnly = false;
            dots.forceActiveFocus(Qt.TabFocusReason);
        }

        function test_number_keys_set_it_and_zero_clears_it(): void {
            keyClick(Qt.Key_4);
            compare(dots.value, 4);
            keyClick(Qt.Key_0);
            compare(dots.value, 0);
            keyClick(Qt.Key_6);
            compare(dots.value, 0);
        }

        function test_arrows_step_within_the_scale(): void {
            keyClick(Qt.Key_Right);
            compare(dots.value, 1);
            for (let i = 0; i < 9; ++i)
                keyClick(Qt.Key_Up);
            compare(dots.value, 5);
            for (let i = 0; i < 9; ++i)
                keyClick(Qt.Key_Left);
            compare(dots.value, 1);
            keyClick(Qt.Key_Delete);
            compare(dots.value, 0);
        }

        function test_clicking_a_dot_sets_it_and_clicking_it_again_clears_it(): void {
            mouseClick(dots, dots.width - 10, dots.height / 2);
            compare(dots.value, 5);
            mouseClick(dots, dots.width - 10, dots.height / 2);
            compare(dots.value, 0);
        }

        function test_its_value_is_spoken(): void {
            compare(dots.Accessible.name, "Helpful");
            compare(dots.Accessible.description, "not rated");
            keyClick(Qt.Key_2);
            compare(dots.Accessible.description, "2 of 5");
        }

        function test_read_only_cannot_be_changed(): void {
            dots.readOnly = true;
            mouseClick(dots, dots.width - 10, dots.height / 2);
            keyClick(Qt.Key_3);
            compare(dots.value, 0);
        }

        function test_keys_with_modifiers_are_left_to_others(): void {
            keyClick(Qt.Key_3, Qt.ControlModifier);
            compare(dots.value, 0);
        }
    }
}
