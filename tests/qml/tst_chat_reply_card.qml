import QtQuick
import QtTest
import OpenAssistant.Chat
import OpenAssistant.Testing

Item {
    id: root

    height: 500
    width: 700

    Component {
        id: cardComponent

        ReplyCard {
            blocks: Fixtures.blocks
            canContinue: true
            canRank: true
            details: ""
            disliked: false
            height: Math.max(implicitHeight, 170)
            helpful: 0
            index: 0
            labelCount: 0
            liked: false
            messageId: "m"
            number: 1
            quality: 0
            rank: 0
            rankingEnabled: true
            reactions: ""
            selected: false
            status: "31 tok/s"
            statusFull: "42 tokens · 31 tok/s · first after 0.4 s · read 60 of 1,900 tokens"
            statusMedium: "42 tokens · 31 tok/s"
            streaming: false
            tied: false
            trouble: ""
            unfinished: false
            width: 400
        }
    }

    SignalSpy {
        id: spy
    }

    TestCase {
        name: "ReplyCard"
        when: windowShown

        function card(properties) {
            Fixtures.setText("“Barn” comes from *bereærn*.");
            return createTemporaryObject(cardComponent, root, properties ?? {});
        }

        function watch(item, signal) {
            spy.target = null;
            spy.signalName = signal;
            spy.target = item;
            spy.clear();
            item.forceActiveFocus();
        }

        function test_keys_rank_the_card_in_focus_data() {
            return [
                {
                    tag: "number",
                    key: Qt.Key_3,
                    modifiers: Qt.NoModifier,
                    signal: "placed",
                    argument: 2
                },
                {
                    tag: "up",
                    key: Qt.Key_Up,
                    modifiers: Qt.AltModifier,
                    signal: "stepped",
                    argument: -1
                },
                {
                    tag: "down",
                    key: Qt.Key_Down,
                    modifiers: Qt.AltModifier,
                    signal: "stepped",
                    argument: 1
                },
                {
                    tag: "tie",
                    key: Qt.Key_T,
                    modifiers: Qt.NoModifier,
                    signal: "tieToggled"
                },
                {
                    tag: "next",
                    key: Qt.Key_Right,
                    modifiers: Qt.NoModifier,
                    signal: "neighbourRequested",
                    argument: 1
                },
                {
                    tag: "continue",
                    key: Qt.Key_Return,
                    modifiers: Qt.NoModifier,
                    signal: "continued"
                },
                {
                    tag: "choose",
                    key: Qt.Key_Space,
                    modifiers: Qt.NoModifier,
                    signal: "chosen"
                },
                {
                    tag: "copy",
                    key: Qt.Key_C,
                    modifiers: Qt.ControlModifier,
                    signal: "copyRequested"
                }
            ];
        }

        function test_keys_rank_the_card_in_focus(data) {
            const item = card();
            watch(item, data.signal);
            keyClick(data.key, data.modifiers);
            compare(spy.count, 1);
            if (data.argument !== undefined)
                compare(spy.signalArguments[0][0], data.argument);
        }

        function test_nothing_ranks_while_a_level_cannot_be_ranked_data() {
            return [
                {
                    tag: "streaming level",
                    properties: {
                        rankingEnabled: false
                    }
                },
                {
                    tag: "reply without text",
                    properties: {
                        canRank: false
                    }
                },
                {
                    tag: "read only",
                    properties: {
                        readOnly: true
                    }
                }
            ];
        }

        function test_nothing_ranks_while_a_level_cannot_be_ranked(data) {
            const item = card(data.properties);
            watch(item, "placed");
            keyClick(Qt.Key_1);
            compare(spy.count, 0);
        }

        function test_a_card_dragged_by_its_head_says_where_it_was_dropped_and_comes_back() {
            const item = card();
            watch(item, "dropped");
            const badge = findChild(item, "rankBadge");
            mousePress(badge, 5, 5);
            for (let x = 10; x <= 200; x += 20)
                mouseMove(badge, x, 60);
            mouseRelease(badge, 200, 60);
            compare(spy.count, 1);
            verify(spy.signalArguments[0][0] > item.width / 2);
            tryCompare(badge.parent.parent.parent, "x", 0);
        }

        function test_dots_say_which_label() {
            const item = card();
            watch(item, "labelEdited");
            const dots = findChild(item, "qualityDots");
            dots.forceActiveFocus();
            keyClick(Qt.Key_4);
            compare(spy.signalArguments[0][0], "quality");
            compare(spy.signalArguments[0][1], 4);
        }

        function test_a_key_on_the_dots_does_not_rank() {
            const item = card();
            watch(item, "placed");
            findChild(item, "helpfulDots").forceActiveFocus();
            keyClick(Qt.Key_2);
            compare(spy.count, 0);
        }

        function test_trouble_is_told_under_the_text() {
            const item = card({
                trouble: "The engine stopped (signal 9)."
            });
            verify(findChild(item, "replyTrouble").visible);
            verify(!findChild(card(), "replyTrouble").visible);
        }

        function test_the_small_print_is_as_long_as_there_is_room_data() {
            return [
                {
                    tag: "wide",
                    width: 640,
                    text: "42 tokens · 31 tok/s · first after 0.4 s · read 60 of 1,900 tokens"
                },
                {
                    tag: "usual",
                    width: 400,
                    text: "42 tokens · 31 tok/s"
                },
                {
                    tag: "very narrow",
                    width: 150,
                    text: "31 tok/s"
                }
            ];
        }

        function test_the_small_print_is_as_long_as_there_is_room(data) {
            const item = card({
                width: data.width
            });
            tryCompare(findChild(item, "replyStatus"), "text", data.text);
        }

        function test_a_reply_that_did_not_end_by_itself_offers_to_go_on() {
            const item = card({
                unfinished: true
            });
            watch(item, "continueReplyRequested");
            const button = findChild(item, "continueUnfinished");
            verify(button.visible);
            mouseClick(button);
            compare(spy.count, 1);
            verify(!findChild(card(), "continueUnfinished").visible);
            verify(!findChild(card({
                unfinished: true,
                readOnly: true
            }), "continueUnfinished").visible);
        }

        function test_a_whole_reply_can_go_on_by_its_tools() {
            const item = card();
            watch(item, "continueReplyRequested");
            const button = findChild(item, "continueReply");
            tryVerify(() => button.visible);
            mouseClick(button);
            compare(spy.count, 1);
            verify(!findChild(card({
                canContinue: false
            }), "continueReply").visible);
        }

        function test_nothing_sticks_out_of_a_card_data() {
            return [
                {
                    tag: "usual",
                    width: 400
                },
                {
                    tag: "narrow",
                    width: 340
                },
                {
                    tag: "very narrow",
                    width: 290
                }
            ];
        }

        function test_nothing_sticks_out_of_a_card(data) {
            const item = card({
                width: data.width
            });
            const button = findChild(item, "continueFromHere");
            verify(button.mapToItem(item, button.width, 0).x <= data.width + 1, button.mapToItem(item, button.width, 0).x);
        }
    }
}
