import QtQuick
import QtTest
import OpenAssistant.Controls
import OpenAssistant.Theme

Item {
    id: root

    height: 200
    width: 300

    SafeText {
        id: text

        text: "<b>bold</b> <img src='x'> &amp;"
        width: 280
    }

    SafeText {
        id: wrapped

        text: "one two three four five six seven eight nine ten eleven twelve"
        width: 120
        wrapMode: Text.Wrap
    }

    TestCase {
        name: "SafeText"
        when: windowShown

        function cleanup(): void {
            Theme.textScale = 1;
        }

        function test_it_is_plain(): void {
            compare(text.textFormat, Text.PlainText);
            compare(text.Accessible.name, text.text);
        }

        function test_u09_it_grows_with_the_text_scale(): void {
            const before = wrapped.implicitHeight;
            Theme.textScale = 4;
            compare(text.font.pixelSize, 60);
            verify(wrapped.implicitHeight > 4 * before);
        }

        function test_an_unknown_role_is_body(): void {
            text.role = "nonsense";
            compare(text.font.pixelSize, Theme.sizeBody);
            text.role = "secondary";
            compare(text.font.pixelSize, 12);
            text.role = "body";
        }
    }
}
