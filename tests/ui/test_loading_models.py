"""Loading a model, as the header tells it, and ending it again."""

import asyncio

import pytest

from oa_desktop.client.status import Off, Starting
from oa_desktop.paths import app_paths
from tests.e2e.seeding import talk
from tests.ui.wired import Notes, Wired


class SlowLoader:
    """Tells what it is told to, and never comes to an end."""

    def __init__(self):
        self.asked, self.ended = [], []
        self.on_progress = None

    async def __call__(self, ref, on_progress):
        self.asked.append(ref)
        self.on_progress = on_progress
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.append(ref)


@pytest.fixture
def loader():
    return SlowLoader()


@pytest.fixture
def wired(qtbot, qapp, tmp_path, loader):
    paths = app_paths({"OA_DESKTOP_HOME": str(tmp_path)})
    paths.create()
    wired = Wired(qtbot, paths, load=loader)
    wired.stored(lambda store: talk(store, "rye", "Growing rye", "How?", ["Sow it."]))
    wired.wiring.models.refresh()
    wired.until(lambda: bool(wired.wiring.models.models.rows))
    yield wired
    wired.close()


def test_the_header_says_how_far_the_model_is(wired, loader):
    models = wired.wiring.models
    models.choose("tour")
    wired.until(lambda: loader.on_progress is not None)
    assert models.chipText == "Loading OpenAssistant Desktop Tour…"
    assert models.progress < 0, "nobody knows yet"
    wired.wiring.bridge.call_on_io(lambda: loader.on_progress(0.62))
    wired.until(lambda: models.chipText == "Loading 62 % · OpenAssistant Desktop Tour")
    assert models.progress == 0.62


def test_loading_is_ended_and_a_prompt_that_waited_for_it_waits_no_more(wired, loader):
    models, asking = wired.wiring.models, wired.wiring.asking
    models.choose("tour")
    wired.until(lambda: loader.asked == ["tour"])
    wired.open("rye-0")
    wired.wiring.thread_view.regenerate("rye-0")
    assert asking.is_waiting("rye-0")
    notes = Notes(models)
    models.unload()
    assert isinstance(wired.wiring.engine.status, Off)
    assert (models.chipText, models.loading) == ("No model", False)
    assert {"chipTextChanged", "loadingChanged"} <= set(notes.take())
    assert not asking.is_waiting("rye-0")
    wired.until(lambda: loader.ended == ["tour"])


def test_a_prompt_after_that_loads_the_model_again(wired, loader):
    models = wired.wiring.models
    models.choose("tour")
    wired.until(lambda: loader.asked == ["tour"])
    models.unload()
    wired.open("rye-0")
    wired.wiring.thread_view.regenerate("rye-0")
    wired.until(lambda: loader.asked == ["tour", "tour"])
    wired.until(lambda: isinstance(wired.wiring.engine.status, Starting))
    assert wired.wiring.asking.is_waiting("rye-0")


def test_ending_what_has_not_begun_to_load_leaves_nothing_loading(wired, loader, qtbot):
    wired.wiring.models.choose("tour")
    wired.wiring.models.unload()
    done = []
    wired.wiring.bridge.run(asyncio.sleep(0), done.append, done.append)
    wired.until(lambda: bool(done))
    assert len(loader.asked) == len(loader.ended)
    assert isinstance(wired.wiring.engine.status, Off)
