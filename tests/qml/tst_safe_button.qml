import QtQuick
import QtTest
import OpenAssistant.Controls

Item {
    id: root

    height: 200
    width: 300

    SafeButton {
        id: button

        property int clicks: 0

        text: "Send <b>x</b>"
        variant: "primary"

        onClicked: ++clicks
    }

    SafeButton {
        id: disabled

        enabled: false
        text: "No"
        y: 60
    }

    SafeIconButton {
        id: iconButton

        property int clicks: 0

        iconName: "copy"
        name: "Copy the reply"
        y: 120

        onClicked: ++clicks
    }

    TestCase {
        name: "SafeButton"
        when: windowShown

        function init(): void {
            button.clicks = 0;
            iconButton.clicks = 0;
        }

        function test_space_enter_and_return_press_it_data(): var {
            return [{ tag: "space", key: Qt.Key_Space }, { tag: "return", key: Qt.Key_Return }, { tag: "enter", key: Qt.Key_Enter }];
        }

        function test_space_enter_and_return_press_it(data: var): void {
            button.forceActiveFocus(Qt.TabFocusReason);
            keyClick(data.key);
            compare(button.clicks, 1);
            iconButton.forceActiveFocus(Qt.TabFocusReason);
            keyClick(data.key);
            compare(iconButton.clicks, 1);
        }

        function test_the_mouse_presses_it(): void {
            mouseClick(button);
            compare(button.clicks, 1);
        }

        function test_tab_reaches_it_and_shows_a_ring(): void {
            button.forceActiveFocus(Qt.TabFocusReason);
            verify(button.visualFocus);
            keyClick(Qt.Key_Tab);
            verify(iconButton.visualFocus, "a disabled button is passed over");
        }

        function test_it_is_named_for_a_screen_reader(): void {
            compare(button.Accessible.name, "Send <b>x</b>");
            compare(iconButton.Accessible.name, "Copy the reply");
            compare(iconButton.Accessible.role, Accessible.Button);
        }

        function test_it_is_as_wide_as_its_text(): void {
            verify(button.implicitWidth > 80, button.implicitWidth);
        }

        function test_its_tooltip_is_made_when_it_is_hovered(): void {
            mouseMove(iconButton, 5, 5);
            verify(iconButton.hovered);
        }
    }
}
