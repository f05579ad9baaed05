"""Going on with a reply and what is told of a reply while it is written, behind the window."""

import asyncio

import pytest

from oa_desktop.client.errors import ContextExceeded
from oa_desktop.client.events import ChoiceDelta, ChoiceEnd, PromptRead, TurnsDropped, Usage
from oa_desktop.conversation.message import MessageState
from oa_desktop.paths import app_paths
from tests.e2e.seeding import talk
from tests.ui.wired import Wired


class ScriptedEngine:
    """Says `text`; with `waits` it stays in the middle of its reply, with `endless` it goes on and on."""

    model_name = "scripted"

    def __init__(self, text=" and wait.", *, dropped=0, waits=False, continues=True, endless=False):
        self.text, self.dropped, self.waits, self.continues = text, dropped, waits, continues
        self.endless = endless
        self.asked = []

    async def can_continue(self):
        return self.continues

    async def chat(self, messages, **options):
        self.asked.append((messages, options))
        if self.dropped:
            yield TurnsDropped(self.dropped)
        yield PromptRead(100, 40)
        for index in range(options["n"]):
            for word in self.text.split(" ")[1:]:
                yield ChoiceDelta(index, f" {word}")
        while self.endless:
            yield ChoiceDelta(0, " word")
            await asyncio.sleep(0.01)
        if self.waits:
            await asyncio.Event().wait()
        for index in range(options["n"]):
            yield ChoiceEnd(index, "stop", len(self.text.split(" ")) - 1)
        yield Usage(100, 2 * options["n"], reused_tokens=40, dropped_messages=self.dropped)


@pytest.fixture
def wired(qtbot, qapp, tmp_path):
    paths = app_paths({"OA_DESKTOP_HOME": str(tmp_path)})
    paths.create()
    wired = Wired(qtbot, paths)
    wired.stored(lambda store: talk(store, "rye", "Growing rye", "How?", ["Sow it."]))
    wired.engine_runs()
    wired.open("rye-0")
    yield wired
    wired.wiring.generations.stop_all()
    wired.close()


def runs(wired, engine):
    wired.wiring.engine.engine = engine
    return engine


def ended(wired):
    wired.until(lambda: not wired.wiring.generations.any_running())


def texts(wired):
    tree = wired.stored(lambda store: store.messages.tree("rye-0"))
    return [message.text for message in tree.children("rye-0")]


def test_a_reply_goes_on_beside_itself_and_the_longer_one_is_shown(wired):
    engine = runs(wired, ScriptedEngine())
    wired.wiring.thread_view.continueReply("rye-1")
    wired.until(lambda: len(wired.wiring.session.current.tree) == 3)
    ended(wired)
    assert texts(wired) == ["Sow it.", "Sow it. and wait."]
    current = wired.wiring.session.current
    assert current.tree[current.leaf].text == "Sow it. and wait."
    messages, options = engine.asked[0]
    assert messages[-1] == {"role": "assistant", "content": "Sow it."}
    assert (options["continue_last"], options["n"]) == (True, 1)


def test_the_text_it_goes_on_from_is_on_screen_before_anything_is_added(wired):
    runs(wired, ScriptedEngine("", waits=True))
    wired.wiring.thread_view.continueLast()
    wired.until(lambda: len(wired.wiring.session.current.tree) == 3)
    current = wired.wiring.session.current
    reply = current.tree[current.leaf]
    assert (reply.text, reply.state) == ("Sow it.", MessageState.STREAMING)
    assert wired.wiring.generations.text(reply.id) == "Sow it."


def test_a_reply_its_model_has_nothing_to_add_to_leaves_no_copy(wired, qtbot):
    runs(wired, ScriptedEngine(""))
    with qtbot.waitSignal(wired.wiring.notices.toastShown, timeout=30_000) as toast:
        wired.wiring.thread_view.continueLast()
    assert "nothing to add" in toast.args[0]
    wired.until(lambda: texts(wired) == ["Sow it."])
    wired.until(lambda: wired.wiring.session.current.leaf == "rye-1")
    wired.until(lambda: [row.kind for row in wired.wiring.thread_view.rows.rows] == ["prompt", "reply"])


class RefusingEngine(ScriptedEngine):
    """Has no room for what it is asked to go on with."""

    async def chat(self, messages, **options):
        raise ContextExceeded("no", 900, 512)
        yield


def test_e13_a_reply_that_fills_the_context_says_so_and_leaves_no_copy(wired):
    runs(wired, RefusingEngine())
    told = []
    wired.wiring.session.failed.connect(told.append)
    wired.wiring.thread_view.continueLast()
    wired.until(lambda: bool(told))
    assert "900" in told[0].title
    wired.until(lambda: texts(wired) == ["Sow it."])
    wired.until(lambda: wired.wiring.session.current.leaf == "rye-1")


def test_stopping_before_anything_is_added_leaves_no_copy(wired):
    runs(wired, ScriptedEngine("", waits=True))
    wired.wiring.thread_view.continueLast()
    wired.until(lambda: len(wired.wiring.session.current.tree) == 3)
    wired.wiring.thread_view.stop()
    ended(wired)
    wired.until(lambda: texts(wired) == ["Sow it."])


def test_an_engine_that_cannot_go_on_says_so_and_nothing_is_stored(wired):
    runs(wired, ScriptedEngine(continues=False))
    told = []
    wired.wiring.session.failed.connect(told.append)
    wired.wiring.thread_view.continueLast()
    wired.until(lambda: bool(told))
    assert "cannot continue" in told[0].title
    assert texts(wired) == ["Sow it."]


def test_what_is_no_reply_is_not_continued(wired):
    engine = runs(wired, ScriptedEngine())
    wired.wiring.thread_view.continueReply("rye-0")
    wired.wiring.thread_view.continueReply("not-there")
    assert not wired.wiring.generations.any_running()
    assert engine.asked == []


def test_a_reply_asked_to_go_on_while_the_model_loads_goes_on_when_it_is_there(wired):
    from oa_desktop.client.status import Starting

    engine = wired.wiring.engine
    engine.status, engine.engine = Starting(), None
    wired.wiring.thread_view.continueLast()
    assert wired.wiring.asking.is_waiting("rye-0")
    engine.engine = ScriptedEngine()
    wired.engine_runs()
    wired.until(lambda: len(wired.wiring.session.current.tree) == 3)
    ended(wired)
    assert texts(wired)[-1] == "Sow it. and wait."


def small_print(wired):
    thread = wired.wiring.thread_view
    model = thread._models._replies_of(thread.rows.rows[-1])
    return [row.status_full for row in model.rows]


def test_the_small_print_grows_with_the_reply_and_ends_with_what_was_read(wired):
    runs(wired, ScriptedEngine(" one two three", waits=True))
    wired.wiring.preferences.set("replies", 2)
    wired.wiring.thread_view.regenerate("rye-0")
    wired.until(lambda: wired.wiring.thread_view.rows.rows[-1].kind == "cards")
    wired.until(lambda: any("writing · 3 tokens · " in line for line in small_print(wired)))
    assert all(line.endswith("read 60 of 100 tokens") for line in small_print(wired)[1:])
    wired.wiring.thread_view.stop()
    ended(wired)
    assert all(line.startswith("stopped · 3 tokens") for line in small_print(wired)[1:])
    runs(wired, ScriptedEngine(" one two three"))
    wired.wiring.thread_view.regenerate("rye-0")
    wired.until(lambda: len(wired.wiring.session.current.tree) == 6)
    ended(wired)
    assert sum("read 60 of 100 tokens" in line for line in small_print(wired)) == 4


def test_the_small_print_follows_a_reply_that_grows(wired):
    runs(wired, ScriptedEngine(endless=True))
    wired.wiring.preferences.set("replies", 1)
    wired.wiring.thread_view.regenerate("rye-0")
    wired.until(lambda: wired.wiring.thread_view.rows.rows[-1].streaming)
    seen = set()
    wired.until(lambda: bool(seen.update(small_print(wired)) or len(seen) >= 5))
    wired.wiring.thread_view.stop()
    ended(wired)


def test_what_was_left_out_is_said_while_the_reply_is_written_and_after(wired):
    runs(wired, ScriptedEngine(dropped=6, waits=True))
    wired.wiring.thread_view.regenerate("rye-0")
    wired.until(lambda: "6 oldest messages" in wired.wiring.thread_view.rows.rows[-1].left_out)
    wired.wiring.thread_view.stop()
    ended(wired)
    assert "6 oldest messages" in wired.wiring.thread_view.rows.rows[-1].left_out
    tree = wired.stored(lambda store: store.messages.tree("rye-0"))
    assert {m.generation.dropped_messages for m in tree.children("rye-0")[1:]} == {6}


def test_a_person_who_wants_to_be_told_instead_sends_nothing_shorter(wired):
    engine = runs(wired, ScriptedEngine())
    wired.wiring.preferences.set("context_overflow", "stop")
    wired.wiring.thread_view.regenerate("rye-0")
    wired.until(lambda: bool(engine.asked))
    ended(wired)
    assert engine.asked[0][1]["truncation"] is False
