"""Two thousand replies, ten thousand messages or conversations, and very large texts in the window."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from tests.e2e.conftest import SLOW_MS
from tests.e2e.seeding import bush, chain, talk
from tests.e2e.usual_window import Key, Modifier, titles
from tests.steps import lines_run


@dataclass(frozen=True, slots=True)
class Opening:
    """What it took to show a conversation. lines: of our Python, in the GUI thread. items: in the window."""

    lines: int
    items: int


def opening(window, name, shown):
    """Click on a conversation of `seeding` and wait until it and its tree are on screen."""

    def is_open():
        nodes = window.wiring.tree.nodes.rows
        here = window.wiring.session.tree_id == f"{name}-0" and bool(nodes)
        return here and nodes[0].message_id.startswith(f"{name}-") and bool(shown())

    def click():
        keys = [row.tree_id for row in window.wiring.conversations.rows.rows]
        window.click(f"conversation{keys.index(f'{name}-0')}")
        window.until(is_open, SLOW_MS)

    window.wait_for_engine()
    lines = lines_run(click, within="oa_desktop")
    return Opening(lines, sum(1 for _ in items_of(window.root.contentItem())))


def items_of(item):
    stack = [item]
    while stack:
        found = stack.pop()
        yield found
        stack += found.childItems()


def test_s17_a_prompt_with_two_thousand_replies_makes_no_more_items_than_one_with_few(window):
    for name, width in (("few", 250), ("many", 2_000)):
        window.stored(lambda store, name=name, width=width: bush(store, name, width))
    window.wiring.conversations.refresh()
    window.until(lambda: titles(window)[:2] == ["A wide one"] * 2)
    few, many = (opening(window, name, lambda: window.find("replyCard0")) for name in ("few", "many"))
    assert many.items < 1.1 * few.items
    assert many.lines < 12 * few.lines, "eight times the replies"


def test_s18_a_chain_of_ten_thousand_messages_opens_at_its_end(window):
    for name, length in (("short", 1_250), ("long", 10_000)):
        window.stored(lambda store, name=name, length=length: chain(store, name, length))
    window.wiring.conversations.refresh()
    window.until(lambda: titles(window)[:2] == ["A long one"] * 2)
    short, long = (
        opening(window, name, lambda: window.item("thread").property("atEnd")) for name in ("short", "long")
    )
    assert long.items < 1.1 * short.items
    assert long.lines < 12 * short.lines, "eight times the messages"


@pytest.mark.slow
def test_u08_ten_thousand_conversations_are_shown_in_pages(window):
    def fill(store):
        with store.transaction():
            for number in range(10_000):
                talk(store, f"c{number}", f"Conversation {number}")

    def refresh():
        window.wiring.conversations.refresh()
        window.until(
            lambda: window.item("searchField").property("placeholderText") == "Search 10,003 conversations",
            SLOW_MS,
        )

    window.stored(fill)
    assert lines_run(refresh, within="oa_desktop") < 100_000, "a page of it, not the whole"
    assert len(titles(window)) == 200
    conversations = window.item("conversationList")
    items = sum(1 for _ in items_of(conversations))

    def more_at_the_end() -> bool:
        conversations.setProperty("contentY", conversations.property("contentHeight"))
        return len(titles(window)) > 200

    in_the_store = str(Path("oa_desktop", "store"))
    lines = lines_run(lambda: window.until(more_at_the_end, SLOW_MS), within=in_the_store)
    assert len(titles(window)) == 400
    assert sum(1 for _ in items_of(conversations)) < 1.2 * items
    assert lines < 500, "only asked for here, and read on its own thread"


def test_u08_a_large_prompt_is_shown_by_its_beginning_and_copied_whole(window):
    text = "x" * 1_000_000
    window.stored(lambda store: talk(store, "large", "Large", text))
    window.wiring.conversations.refresh()
    window.until(lambda: titles(window)[0] == "Large")
    small = opening(window, "bar", lambda: window.find("promptText"))
    large = opening(window, "large", lambda: window.find("showWhole"))
    assert len(window.item("promptText").property("text")) < 10_000
    assert "994,000" in window.item("showWhole").property("text")
    assert large.items < 1.1 * small.items
    assert large.lines < 2 * small.lines
    window.wiring.thread_view.copyMessage("large-0")
    assert QGuiApplication.clipboard().text() == text


def test_u08_ten_megabytes_are_not_pasted_and_the_window_says_so(window):
    QGuiApplication.clipboard().setText("All work and no play. " * 480_000)
    window.click("composerInput")
    window.type("Kept. ")
    window.press(Key.Key_V, Modifier.ControlModifier)
    assert window.item("composerInput").property("text") == "Kept. "
    window.until(lambda: "200,000 can be pasted" in window.item("toast").property("text"))
    QGuiApplication.clipboard().setText("A little.")
    window.press(Key.Key_V, Modifier.ControlModifier)
    window.until(lambda: window.item("composerInput").property("text") == "Kept. A little.")
