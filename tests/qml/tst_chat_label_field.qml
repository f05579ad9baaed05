import QtQuick
import QtTest
import OpenAssistant.Chat

Item {
    id: root

    height: 200
    width: 300

    Component {
        id: fieldComponent

        LabelField {
            high: "Excellent"
            key: "quality"
            low: "Poor"
            title: "Quality"
            value: 0
            widget: "scale"
            width: 280
        }
    }

    SignalSpy {
        id: edited

        signalName: "edited"
    }

    TestCase {
        name: "LabelField"
        when: windowShown

        function field(properties) {
            const item = createTemporaryObject(fieldComponent, root, properties ?? {});
            edited.target = item;
            edited.clear();
            waitForRendering(item);
            return item;
        }

        function test_a_scale_is_set_with_dots() {
            const dots = findChild(field(), "labelDots");
            dots.forceActiveFocus();
            keyClick(Qt.Key_5);
            compare(edited.signalArguments[0][0], 5);
        }

        function test_a_question_is_answered_and_taken_back() {
            const item = field({
                title: "Is it spam?",
                widget: "yes_no"
            });
            mouseClick(findChild(item, "labelYes"));
            compare(edited.signalArguments[0][0], 2);
            item.value = 2;
            verify(findChild(item, "labelYes").checked);
            mouseClick(findChild(item, "labelYes"));
            compare(edited.signalArguments[1][0], 0);
            verify(findChild(item, "labelYes").checked, "the view shows what is stored, not what was pressed");
        }

        function test_a_flag_is_a_box() {
            const item = field({
                title: "Personal data",
                widget: "flag"
            });
            mouseClick(findChild(item, "labelFlag"));
            compare(edited.signalArguments[0][0], 2);
            verify(!findChild(item, "labelDots").visible);
        }
    }
}
