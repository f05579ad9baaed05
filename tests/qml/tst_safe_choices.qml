import QtQuick
import QtTest
import OpenAssistant.Controls

Item {
    id: root

    height: 400
    width: 400

    SafeCheckBox {
        id: check

        text: "<i>Check</i>"
    }

    SafeSwitch {
        id: toggle

        text: "Switch"
        y: 40
    }

    SafeComboBox {
        id: combo

        model: ["<img src='x'>", "two", "three"]
        name: "Preset"
        y: 80
    }

    SafeChip {
        id: chip

        checkable: true
        text: "Chip"
        y: 140
    }

    SafeSpinBox {
        id: spin

        name: "Replies"
        to: 8
        value: 4
        y: 180
    }

    SafeSlider {
        id: slider

        name: "Temperature"
        stepSize: 0.1
        y: 230
    }

    SignalSpy {
        id: activated

        signalName: "activated"
        target: combo
    }

    TestCase {
        name: "Choices"
        when: windowShown

        function test_space_toggles_data(): var {
            return [{ tag: "check box", item: check }, { tag: "switch", item: toggle }, { tag: "chip", item: chip }];
        }

        function test_space_toggles(data: var): void {
            const before = data.item.checked;
            data.item.forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_Space);
            compare(data.item.checked, !before);
        }

        function test_a_combo_box_opens_and_chooses_by_keyboard(): void {
            combo.currentIndex = 0;
            combo.forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_Return);
            tryCompare(combo.popup, "opened", true);
            keyClick(Qt.Key_Down);
            keyClick(Qt.Key_Return);
            tryCompare(combo.popup, "visible", false);
            compare(combo.currentIndex, 1);
            compare(activated.count, 1);
        }

        function test_a_combo_box_with_a_poisoned_entry_stays_alive(): void {
            combo.currentIndex = 0;
            compare(combo.displayText, "<img src='x'>");
            combo.popup.open();
            tryCompare(combo.popup, "opened", true);
            combo.popup.close();
        }

        function test_numbers_step_by_keyboard(): void {
            spin.value = 4;
            spin.forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_Up);
            compare(spin.value, 5);
            slider.value = 0.5;
            slider.forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_Right);
            fuzzyCompare(slider.value, 0.6, 0.001);
        }

        function test_all_are_named_data(): var {
            return [{ tag: "check box", item: check, name: "<i>Check</i>" }, { tag: "switch", item: toggle, name: "Switch" },
                { tag: "combo box", item: combo, name: "Preset" }, { tag: "chip", item: chip, name: "Chip" },
                { tag: "spin box", item: spin, name: "Replies" }, { tag: "slider", item: slider, name: "Temperature" }];
        }

        function test_all_are_named(data: var): void {
            compare(data.item.Accessible.name, data.name);
        }
    }
}
