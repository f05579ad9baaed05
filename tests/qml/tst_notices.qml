import QtQuick
import QtTest
import OpenAssistant.Controls

Item {
    id: root

    height: 400
    width: 500

    Toast {
        id: toast

        timeoutMs: 200
    }

    Banner {
        id: banner

        actionText: "Restart"
        closable: true
        hint: "The text was kept."
        kind: "error"
        text: "It stopped. <img src='x'>"
        width: 400
    }

    ProgressLine {
        id: progress

        name: "Loading"
        progress: 0.43
        y: 200
    }

    Pill {
        id: pill

        kind: "machine"
        text: "reward 0.82"
        y: 220
    }

    EmptyState {
        id: empty

        actionText: "New"
        title: "Nothing"
        width: 300
        y: 250
    }

    SignalSpy {
        id: undone

        signalName: "actionTriggered"
        target: toast
    }

    SignalSpy {
        id: restarted

        signalName: "actionTriggered"
        target: banner
    }

    SignalSpy {
        id: started

        signalName: "actionTriggered"
        target: empty
    }

    TestCase {
        name: "Notices"
        when: windowShown

        function init(): void {
            undone.clear();
        }

        function test_a_toast_goes_away_by_itself(): void {
            toast.show("Deleted", "Undo");
            tryCompare(toast, "visible", true);
            tryCompare(toast, "visible", false);
        }

        function test_the_action_of_a_toast(): void {
            toast.show("Deleted", "Undo");
            findChild(toast, "toastAction").click();
            compare(undone.count, 1);
            verify(!toast.shown);
        }

        function test_a_focused_action_keeps_the_toast(): void {
            toast.show("Deleted", "Undo");
            findChild(toast, "toastAction").forceActiveFocus(Qt.TabFocusReason);
            compare(toast.shown, true);
            keyClick(Qt.Key_Return);
            compare(undone.count, 1);
        }

        function test_a_banner_is_an_alert_with_an_action(): void {
            compare(banner.Accessible.role, Accessible.AlertMessage);
            compare(banner.Accessible.name, "It stopped. <img src='x'>");
            compare(banner.Accessible.description, "The text was kept.");
            findChild(banner, "bannerAction").click();
            compare(restarted.count, 1);
        }

        function test_progress_is_spoken(): void {
            compare(progress.Accessible.description, "43 %");
            progress.progress = -1;
            compare(progress.Accessible.description, "");
        }

        function test_an_empty_state_has_one_action(): void {
            findChild(empty, "emptyStateAction").click();
            compare(started.count, 1);
        }

        function test_a_pill_is_named(): void {
            compare(pill.Accessible.name, "reward 0.82");
        }
    }
}
