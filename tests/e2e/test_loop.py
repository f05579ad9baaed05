"""The loop a person goes through: ask, compare, rank, label, continue, ask again, edit, export."""

import json

import pytest
from PySide6.QtCore import Qt

from oa_desktop.conversation.labels import Label
from oa_desktop.conversation.message import MessageState, Role
from oa_desktop.ui.chat.rank_order import RankOrder
from tests.e2e.conftest import SLOW_MS, fake_loader

Key, Modifier = Qt.Key, Qt.KeyboardModifier


def card_ids(window):
    """The replies as the cards stand, first to last."""
    found = []
    while (card := window.find(f"replyCard{len(found)}")) is not None:
        found.append(card.property("messageId"))
    return found


def walk_through_the_loop(window, tmp_path):
    window.wiring.preferences.set("max_tokens", 24)  # so that four cards fit into the window
    window.wait_for_engine()
    window.ask("What can I do with this app?")
    window.until(lambda: len(card_ids(window)) == 4)
    first, second, third, fourth = card_ids(window)
    root = window.tree.root

    window.drag(window.item("replyCard2", "rankBadge"), window.item("replyCard0"))
    window.until(lambda: card_ids(window) == [third, first, second, fourth])
    window.until(lambda: window.find("replyCard0", "rankBadge").property("rank") == 1)

    window.item("replyCard3").forceActiveFocus()
    window.press(Key.Key_2)
    window.until(lambda: card_ids(window) == [third, fourth, first, second])
    assert window.item("replyCard1").property("activeFocus")
    window.press(Key.Key_Up, Modifier.AltModifier)
    window.until(lambda: card_ids(window) == [fourth, third, first, second])
    window.item("replyCard2").forceActiveFocus()
    window.press(Key.Key_T)
    window.until(lambda: window.item("replyCard2").property("tied"))

    dots = window.item("replyCard0", "helpfulDots")
    dots.forceActiveFocus()
    window.press(Key.Key_4)
    window.until(lambda: window.item("replyCard0").property("helpful") == 4)

    window.click("replyCard0", "continueFromHere")
    window.until(lambda: window.wiring.session.current.leaf == fourth)
    window.ask("How do I rank the replies?")
    follow_up = window.wiring.session.current.last_prompt()
    assert follow_up.parent_id == fourth
    assert len(window.tree.children(follow_up.id)) == 4

    window.press(Key.Key_Up)
    window.until(lambda: window.find("promptEditor") is not None)
    window.press(Key.Key_End, Modifier.ControlModifier)
    with window.replies():
        window.type(" Please be brief.")
        window.press(Key.Key_Return)
    edited = window.wiring.session.current.last_prompt()
    assert edited.text == "How do I rank the replies? Please be brief."
    window.until(lambda: window.find("prompt2", "promptPager", "pagerText") is not None)
    assert window.item("prompt2", "promptPager", "pagerText").property("text") == "2 / 2"
    window.click("prompt2", "promptPager", "pagerPrevious")
    window.until(lambda: window.wiring.session.current.last_prompt().id == follow_up.id)
    window.click("prompt2", "promptPager", "pagerNext")
    window.until(lambda: window.wiring.session.current.last_prompt().id == edited.id)

    exported = []
    window.wiring.export.exported.connect(exported.append)
    window.press(Key.Key_E, Modifier.ControlModifier)
    window.until(lambda: window.popup("exportDialog").property("opened"))
    window.press(Key.Key_A, Modifier.ControlModifier)
    window.type(str(tmp_path / "loop.jsonl"))
    window.press(Key.Key_Return)
    window.until(lambda: bool(exported), SLOW_MS)

    check_store(window, root, ranking=((fourth,), (third, first), (second,)))
    check_file(tmp_path / "loop.jsonl", root)


def check_store(window, root, ranking):
    tree = window.stored(lambda store: store.messages.tree(root.tree_id))
    feedback = window.stored(lambda store: store.feedback.of_tree(root.tree_id))
    replies = [message for message in tree.walk() if message.role is Role.ASSISTANT]
    assert len(tree) == 1 + 4 + 2 + 8
    assert all(reply.state is MessageState.COMPLETE and reply.text for reply in replies)
    assert feedback.rankings[-1].groups == ranking
    assert feedback.label_sets[-1].values == {Label.HELPFULNESS: 0.75}
    assert RankOrder.from_groups(ranking).ranks[ranking[1][1]] == 2


def check_file(path, root):
    (line,) = path.read_text("utf-8").splitlines()
    tree = json.loads(line)
    assert tree["message_tree_id"] == root.id
    assert tree["prompt"]["text"] == "What can I do with this app?"
    assert sorted(reply["rank"] for reply in tree["prompt"]["replies"]) == [0, 1, 2, 3]
    labelled = [
        reply for reply in tree["prompt"]["replies"] if (reply.get("labels") or {}).get("helpfulness")
    ]
    assert labelled[0]["labels"]["helpfulness"]["value"] == pytest.approx(0.75)


def test_a_person_goes_through_the_loop_with_the_fake_model(open_window, paths, tmp_path):
    walk_through_the_loop(open_window(fake_loader(paths)), tmp_path)


@pytest.mark.model
def test_a_person_goes_through_the_loop_with_the_tour_model(open_window, tmp_path):
    walk_through_the_loop(open_window(), tmp_path)
