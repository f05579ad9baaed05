import QtQuick
import QtTest
import OpenAssistant.Controls

Item {
    id: root

    height: 400
    width: 400

    SafeMenu {
        id: menu

        SafeMenuItem {
            id: rename

            iconName: "edit"
            shortcutText: "F2"
            text: "Rename <img src='x'>"
        }

        SafeMenuSeparator {}

        SafeMenuItem {
            id: remove

            danger: true
            text: "Delete"
        }
    }

    SignalSpy {
        id: removed

        signalName: "triggered"
        target: remove
    }

    TestCase {
        name: "SafeMenu"
        when: windowShown

        function cleanup(): void {
            menu.close();
            tryCompare(menu, "visible", false);
        }

        function test_arrows_and_enter_choose(): void {
            menu.open();
            tryCompare(menu, "opened", true);
            keyClick(Qt.Key_Down);
            keyClick(Qt.Key_Down);
            keyClick(Qt.Key_Return);
            compare(removed.count, 1);
            tryCompare(menu, "visible", false);
        }

        function test_escape_closes_it(): void {
            menu.open();
            tryCompare(menu, "opened", true);
            keyClick(Qt.Key_Escape);
            tryCompare(menu, "visible", false);
        }

        function test_it_is_wide_enough_for_its_entries(): void {
            menu.open();
            tryCompare(menu, "opened", true);
            verify(menu.width >= rename.implicitWidth);
            compare(rename.Accessible.name, "Rename <img src='x'>");
        }
    }
}
