import QtQuick
import QtTest
import OpenAssistant.Chat

Item {
    id: root

    height: 200
    width: 400

    Component {
        id: pagerComponent

        SiblingPager {
            count: 3
            position: 2
        }
    }

    Component {
        id: badgeComponent

        RankBadge {
            number: 4
            rank: 0
        }
    }

    SignalSpy {
        id: steps

        signalName: "stepped"
    }

    TestCase {
        name: "PagerAndBadge"
        when: windowShown

        function test_a_click_steps_one_sibling() {
            const pager = createTemporaryObject(pagerComponent, root);
            steps.target = pager;
            steps.clear();
            mouseClick(findChild(pager, "pagerNext"));
            mouseClick(findChild(pager, "pagerPrevious"));
            compare(steps.count, 2);
            compare(steps.signalArguments[0][0], 1);
            compare(steps.signalArguments[1][0], -1);
            compare(findChild(pager, "pagerText").text, "2 / 3");
        }

        function test_the_ends_go_no_further() {
            const pager = createTemporaryObject(pagerComponent, root, {
                position: 3
            });
            verify(!findChild(pager, "pagerNext").enabled);
            verify(findChild(pager, "pagerPrevious").enabled);
        }

        function test_without_siblings_there_is_no_pager() {
            verify(!createTemporaryObject(pagerComponent, root, {
                count: 1,
                position: 1
            }).visible);
        }

        function test_the_badge_says_number_or_rank_data() {
            return [
                {
                    tag: "not ranked",
                    rank: 0,
                    tied: false,
                    spoken: "Reply 4, not ranked"
                },
                {
                    tag: "best",
                    rank: 1,
                    tied: false,
                    spoken: "Rank 1"
                },
                {
                    tag: "tied",
                    rank: 2,
                    tied: true,
                    spoken: "Rank 2, tied"
                }
            ];
        }

        function test_the_badge_says_number_or_rank(data) {
            const badge = createTemporaryObject(badgeComponent, root, {
                rank: data.rank,
                tied: data.tied
            });
            compare(badge.Accessible.name, data.spoken);
            compare(badge.best, data.rank === 1);
        }
    }
}
