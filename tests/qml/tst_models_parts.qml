import QtQuick
import QtTest
import OpenAssistant.Controls
import OpenAssistant.Models

Item {
    id: root

    height: 400
    width: 500

    ModelAction {
        id: action

        modelName: "Falcon <img src='x'>"
        width: 160
    }

    SizeChoice {
        id: size

        choices: ["Small · 2.8 GB · Q2_K", "Balanced · 4.9 GB · Q4_K_M"]
        chosen: 1
        label: "Balanced · 4.9 GB"
        modelName: "Falcon"
        technical: "Q4_K_M"
        width: 300
        y: 60
    }

    FitPill {
        id: fit

        text: "Tight"
        y: 120
    }

    SectionHead {
        id: head

        note: "3 models take 12 GB <img src='x'>"
        text: "On this machine"
        width: 300
        y: 180
    }

    SignalSpy {
        id: downloads

        signalName: "downloadRequested"
        target: action
    }

    SignalSpy {
        id: uses

        signalName: "useRequested"
        target: action
    }

    SignalSpy {
        id: resumes

        signalName: "resumeRequested"
        target: action
    }

    SignalSpy {
        id: pauses

        signalName: "pauseRequested"
        target: action
    }

    SignalSpy {
        id: picks

        signalName: "picked"
        target: size
    }

    TestCase {
        name: "ModelsParts"
        when: windowShown

        function button(name) {
            return findChild(action, name);
        }

        function visibleButtons() {
            return ["downloadButton", "useButton", "continueButton", "pauseButton"].filter(name => button(name).visible);
        }

        function init() {
            action.status = "";
            action.canPause = true;
            size.choices = ["Small · 2.8 GB · Q2_K", "Balanced · 4.9 GB · Q4_K_M"];
            for (const spy of [downloads, uses, resumes, pauses, picks])
                spy.clear();
        }

        function test_there_is_one_next_step_data() {
            return [
                {
                    tag: "not here",
                    status: "",
                    shown: "downloadButton",
                    spy: downloads
                },
                {
                    tag: "on its way",
                    status: "coming",
                    shown: "pauseButton",
                    spy: pauses
                },
                {
                    tag: "paused",
                    status: "paused",
                    shown: "continueButton",
                    spy: resumes
                },
                {
                    tag: "failed",
                    status: "failed",
                    shown: "continueButton",
                    spy: resumes
                },
                {
                    tag: "here",
                    status: "here",
                    shown: "useButton",
                    spy: uses
                }
            ];
        }

        function test_there_is_one_next_step(data) {
            action.status = data.status;
            compare(visibleButtons(), [data.shown]);
            const next = button(data.shown);
            verify(next.Accessible.name.includes("Falcon <img src='x'>"), next.Accessible.name);
            next.forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_Return);
            compare(data.spy.count, 1);
        }

        function test_what_is_of_no_use_here_can_be_got_and_is_not_offered_loudly() {
            action.discouraged = true;
            compare(visibleButtons(), ["downloadButton"]);
            compare(button("downloadButton").variant, "quiet");
            action.discouraged = false;
            compare(button("downloadButton").variant, "normal");
        }

        function test_what_has_not_begun_cannot_be_paused() {
            action.status = "coming";
            action.canPause = false;
            compare(visibleButtons(), []);
        }

        function test_a_size_is_chosen_with_the_keyboard() {
            const box = findChild(size, "sizeChoice");
            compare(box.displayText, "Balanced · 4.9 GB");
            compare(findChild(size, "technicalName").text, "Q4_K_M");
            box.forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_Up);
            compare(picks.count, 1);
            compare(picks.signalArguments[0][0], 0);
        }

        function test_one_size_alone_is_no_choice() {
            size.choices = ["Balanced · 4.9 GB · Q4_K_M"];
            verify(!findChild(size, "sizeChoice").visible);
        }

        function test_the_fit_has_a_word_a_colour_and_an_icon_data() {
            return [
                {
                    tag: "fits",
                    kind: "accent",
                    icon: "check"
                },
                {
                    tag: "tight",
                    kind: "warning",
                    icon: "warning"
                },
                {
                    tag: "too-big",
                    kind: "danger",
                    icon: "close"
                },
                {
                    tag: "unknown",
                    kind: "neutral",
                    icon: ""
                }
            ];
        }

        function test_the_fit_has_a_word_a_colour_and_an_icon(data) {
            fit.fit = data.tag;
            compare(fit.kind, data.kind);
            compare(fit.iconName, data.icon);
        }

        function test_a_fit_that_is_not_known_is_not_shown() {
            fit.text = "";
            verify(!fit.visible);
            fit.text = "Tight";
            verify(fit.visible);
        }

        function test_a_long_note_is_cut_and_the_heading_stays() {
            head.note = "x".repeat(500);
            verify(head.width <= 300);
            compare(head.children[0].text, "On this machine");
            verify(!head.children[0].truncated);
        }
    }
}
