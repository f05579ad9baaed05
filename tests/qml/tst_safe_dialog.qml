import QtQuick
import QtTest
import OpenAssistant.Controls

Item {
    id: root

    height: 500
    width: 600

    SafeDialog {
        id: dialog

        acceptText: "Delete"
        message: "It can be undone. <b>x</b>"
        title: "Delete <img src='x'>?"
        variant: "danger"
    }

    SafeDialog {
        id: tall

        acceptText: "Save"
        message: "Much is asked."
        title: "A form"

        Repeater {
            model: 30

            SafeTextField {
                required property int index

                name: "Field"
                objectName: "field" + index
            }
        }
    }

    LinkDialog {
        id: link
    }

    SignalSpy {
        id: accepted

        signalName: "accepted"
        target: dialog
    }

    SignalSpy {
        id: rejected

        signalName: "rejected"
        target: dialog
    }

    SignalSpy {
        id: confirmed

        signalName: "confirmed"
        target: link
    }

    TestCase {
        name: "SafeDialog"
        when: windowShown

        function init(): void {
            accepted.clear();
            rejected.clear();
            confirmed.clear();
            dialog.canAccept = true;
        }

        function cleanup(): void {
            dialog.close();
            link.close();
            tall.close();
            tryCompare(tall, "visible", false);
            tryCompare(dialog, "visible", false);
            tryCompare(link, "visible", false);
        }

        function test_enter_accepts(): void {
            dialog.open();
            tryCompare(dialog, "opened", true);
            keyClick(Qt.Key_Return);
            compare(accepted.count, 1);
        }

        function test_escape_rejects(): void {
            dialog.open();
            tryCompare(dialog, "opened", true);
            keyClick(Qt.Key_Escape);
            compare(rejected.count, 1);
            compare(accepted.count, 0);
        }

        function test_enter_does_nothing_when_it_may_not_be_accepted(): void {
            dialog.canAccept = false;
            dialog.open();
            tryCompare(dialog, "opened", true);
            keyClick(Qt.Key_Return);
            compare(accepted.count, 0);
        }

        function test_a_form_taller_than_the_window_scrolls_between_its_title_and_its_buttons(): void {
            tall.open();
            tryCompare(tall, "opened", true);
            const button = findChild(tall.contentItem, "acceptButton");
            const body = findChild(tall.contentItem, "dialogBody");
            verify(tall.height < root.height);
            verify(button.mapToItem(root, 0, button.height).y < root.height);
            verify(body.contentHeight > body.height);
            const last = findChild(tall.contentItem, "field29");
            last.forceActiveFocus(Qt.TabFocusReason);
            verify(last.mapToItem(body, 0, last.height).y <= body.height);
            verify(last.mapToItem(body, 0, 0).y >= 0);
        }

        function test_a_short_dialog_is_as_tall_as_its_words(): void {
            dialog.open();
            tryCompare(dialog, "opened", true);
            const body = findChild(dialog.contentItem, "dialogBody");
            compare(body.contentHeight, body.height);
            verify(!body.interactive);
        }

        function test_u04_a_link_dialog_shows_the_host_and_opens_nothing_itself(): void {
            link.ask("https://xn--e1awd7f.com/a?b", "xn--e1awd7f.com", true);
            tryCompare(link, "opened", true);
            compare(findChild(link.contentItem, "linkHost").text, "xn--e1awd7f.com");
            compare(findChild(link.contentItem, "linkUrl").text, "https://xn--e1awd7f.com/a?b");
            compare(confirmed.count, 0);
            findChild(link.contentItem, "acceptButton").click();
            compare(confirmed.count, 1);
            compare(confirmed.signalArguments[0][0], "https://xn--e1awd7f.com/a?b");
        }

        function test_u04_a_very_long_address_does_not_push_the_buttons_away(): void {
            link.ask("https://a.org/" + "x".repeat(10000), "a.org", false);
            tryCompare(link, "opened", true);
            verify(link.height < root.height);
        }
    }
}
