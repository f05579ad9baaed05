"""Loading a model: which one is remembered as one that did not survive it; no engine stays behind."""

import asyncio
from pathlib import Path

import psutil
import pytest

from oa_desktop.client.errors import EngineStopped
from oa_desktop.errors import EngineError
from oa_desktop.paths import app_paths
from oa_desktop.services.library.models import TOUR_REF, ModelLibrary
from oa_desktop.services.loading import load_model
from oa_desktop.settings import Settings

pytestmark = pytest.mark.model


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    paths = app_paths({"OA_DESKTOP_HOME": str(tmp_path / "home")})
    paths.create()
    return ModelLibrary(paths)


def engines() -> list[psutil.Process]:
    return psutil.Process().children()


async def test_e02_a_model_is_marked_while_it_loads_and_not_after(library: ModelLibrary) -> None:
    marks: list[bool] = []
    loaded = await load_model(
        library,
        TOUR_REF,
        Settings(),
        on_progress=lambda _: marks.append(library.resolve(TOUR_REF).crashed),
    )
    await loaded.process.stop()
    assert marks
    assert all(marks)
    assert not loaded.model.crashed
    assert not library.resolve(TOUR_REF).crashed


async def test_e02_the_mark_stays_when_the_engine_dies_loading(library: ModelLibrary) -> None:
    def kill(_fraction: float) -> None:
        for engine in engines():
            engine.kill()

    with pytest.raises(EngineStopped):
        await load_model(library, TOUR_REF, Settings(), on_progress=kill)
    assert library.resolve(TOUR_REF).crashed
    loaded = await load_model(library, TOUR_REF, Settings())
    await loaded.process.stop()
    assert not library.resolve(TOUR_REF).crashed


async def test_a_load_that_is_given_up_leaves_neither_mark_nor_engine(library: ModelLibrary) -> None:
    begun = asyncio.Event()
    loading = asyncio.create_task(
        load_model(library, TOUR_REF, Settings(), on_progress=lambda _: begun.set())
    )
    await begun.wait()
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading
    assert not library.resolve(TOUR_REF).crashed
    assert engines() == []


async def test_a_refusal_in_words_leaves_no_mark(
    library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(context_tokens=-5)  # no settings file can say this; the engine refuses it
    monkeypatch.setattr(library, "require_fit", lambda *_, **__: None)
    with pytest.raises(EngineError):
        await load_model(library, TOUR_REF, settings)
    assert not library.resolve(TOUR_REF).crashed


async def test_s07_a_model_loads_where_nothing_can_be_noted(library: ModelLibrary, tmp_path: Path) -> None:
    marks = tmp_path / "home" / "data" / "models" / ".loading"
    turned: list[Path] = []

    def get_in_the_way(_fraction: float) -> None:
        for mark in marks.iterdir():
            if mark.is_file():
                mark.unlink()
                mark.mkdir()
                turned.append(mark)

    loaded = await load_model(library, TOUR_REF, Settings(), on_progress=get_in_the_way)
    assert len(turned) == 1
    assert turned[0].is_dir()
    assert loaded.process.running
    await loaded.process.stop()
    assert engines() == []
