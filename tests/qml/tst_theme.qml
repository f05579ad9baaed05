import QtQuick
import QtTest
import OpenAssistant.Theme

TestCase {
    name: "Theme"

    function cleanup(): void {
        Theme.mode = "system";
        Theme.motion = true;
        Theme.textScale = 1;
        Theme.highContrast = false;
    }

    function test_u09_high_contrast_makes_lines_and_muted_text_strong(): void {
        Theme.highContrast = true;
        compare(Theme.line, Theme.lineStrong);
        compare(Theme.muted, Theme.ink);
    }

    function test_the_mode_chooses_the_palette(): void {
        Theme.mode = "dark";
        verify(Theme.dark);
        verify(Qt.colorEqual(Theme.ground, "#14161a"));
        Theme.mode = "light";
        verify(!Theme.dark);
        verify(Qt.colorEqual(Theme.ground, "#f6f5f2"));
    }

    function test_motion_off_means_no_durations(): void {
        Theme.motion = false;
        compare(Theme.duration, 0);
        compare(Theme.durationFast, 0);
        Theme.motion = true;
        verify(Theme.duration > 0 && Theme.duration < 180);
    }

    function test_the_text_scale_reaches_every_size(): void {
        Theme.textScale = 2;
        compare(Theme.sizeBody, 30);
        compare(Theme.sizeSecondary, 24);
        compare(Theme.columnWidth, 46 * 32);
    }

    function test_every_colour_of_a_palette_is_a_property(): void {
        for (const name in Theme.palette)
            if (!name.startsWith("code"))
                verify(Theme[name] !== undefined, name);
    }

    function test_roles_of_block_markup_become_colours(): void {
        Theme.mode = "light";
        compare(Theme.paint('<span style="color:@codeKeyword">a</span> &#64;x'), '<span style="color:#8a3a78">a</span> &#64;x');
        compare(Theme.paint("@mono"), "'JetBrains Mono'");
    }
}
