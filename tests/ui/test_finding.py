"""Finding a text in the open conversation."""

import pytest

from oa_desktop.paths import app_paths
from oa_desktop.ui.chat.finding import Found, find
from oa_desktop.ui.chat.thread_lines import NEWEST, PROMPT_CHARACTERS
from tests.e2e.seeding import chain, talk
from tests.ui.test_thread_lines import opened
from tests.ui.wired import Notes, Wired

BRANCHES = (
    "p - Where do barns stand?",
    "a p In a BARNYARD.",
    "q a And barley?",
    "b q Barley, too.",
    "c q No barn.",
)


def test_every_row_of_the_branch_with_the_text_is_found_once_whatever_its_case():
    current = opened(*BRANCHES, leaf="b")
    assert find(current, "barn") == (
        Found("prompt p", 0, "p"),
        Found("reply a", 1),
        Found("cards q", 3),
    )
    assert find(current, "  BARLEY ") == (Found("prompt q", 2, "q"), Found("cards q", 3))


def test_of_replies_that_are_not_side_by_side_only_the_one_on_the_branch_is_looked_into():
    current = opened(*BRANCHES, "r b More?", leaf="r")
    assert [found.row_key for found in find(current, "no barn")] == []
    shown = current.with_expanded("q", True)
    assert [found.row_key for found in find(shown, "no barn")] == ["cards q"]


@pytest.mark.parametrize("query", ["", "  \n", "<img src=x>", "李白", "(", "\\", "ß"])
def test_a_text_is_only_a_text(query):
    current = opened("p - Straße <img src=x> 李白 ( \\", leaf="p")
    assert len(find(current, query)) == (1 if query.strip() else 0)


@pytest.fixture
def wired(qtbot, qapp, tmp_path):
    paths = app_paths({"OA_DESKTOP_HOME": str(tmp_path)})
    paths.create()
    wired = Wired(qtbot, paths)
    wired.stored(lambda store: chain(store, "long", NEWEST + 100))
    wired.stored(
        lambda store: talk(store, "rye", "Growing rye", "How?" + "?" * PROMPT_CHARACTERS + " Well", ["No"])
    )
    wired.open("long-0")
    yield wired
    wired.close()


def test_the_newest_place_comes_first_and_the_places_follow_each_other_around(wired):
    looking, asked = wired.wiring.find, []
    looking.rowRequested.connect(asked.append)
    looking.open()
    looking.setQuery("message 29")
    assert looking.positionText == "11 of 11"
    rows = wired.wiring.thread_view.rows
    assert rows.rows[asked[-1]].message_id == "long-299"
    looking.step(1)
    assert looking.positionText == "1 of 11"
    assert rows.rows[asked[-1]].message_id == "long-29"
    looking.step(-1)
    assert looking.positionText == "11 of 11"
    assert rows.rows[looking.row].message_id == "long-299"


def test_a_place_before_the_messages_that_are_shown_is_brought_among_them(wired):
    assert wired.wiring.thread_view.rows.rows[0].kind == "earlier"
    wired.wiring.find.open()
    wired.wiring.find.setQuery("it begins")
    assert wired.wiring.find.row == 0
    assert wired.wiring.thread_view.rows.rows[0].text == "It begins"


def test_a_place_in_the_hidden_end_of_a_prompt_is_shown(wired):
    wired.open("rye-0")
    wired.wiring.find.open()
    wired.wiring.find.setQuery("well")
    assert wired.wiring.thread_view.rows.rows[0].text.endswith("Well")


def test_a_text_that_is_not_there_is_said_so(wired):
    wired.wiring.find.open()
    wired.wiring.find.setQuery("nowhere")
    assert (wired.wiring.find.positionText, wired.wiring.find.row) == ("Not found", -1)
    wired.wiring.find.step(1)
    wired.wiring.find.setQuery("")
    assert wired.wiring.find.positionText == ""


def test_another_conversation_ends_it_and_none_has_nothing_to_find(wired):
    looking = wired.wiring.find
    looking.open()
    looking.setQuery("message")
    wired.open("rye-0")
    assert (looking.isOpen, looking.query, looking.row) == (False, "", -1)
    wired.wiring.session.open_none()
    looking.open()
    assert not looking.isOpen


def test_only_what_changed_is_told(wired):
    looking = wired.wiring.find
    notes = Notes(looking)
    looking.open()
    assert notes.take() == ["isOpenChanged"]
    looking.setQuery("message 299")
    assert notes.take() == ["queryChanged", "positionTextChanged", "rowChanged"]
    looking.setQuery("message 299")
    looking.step(1)
    assert notes.take() == []
