"""The key of an engine is in nobody's hands but the app's and the engine's, also when one of them dies."""

import logging
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import aclosing, suppress
from pathlib import Path

import psutil
import pytest

from oa_desktop.client.errors import EngineStopped
from oa_desktop.client.status import NotAnswering, Running
from oa_desktop.log_file import keep_log
from oa_desktop.paths import AppPaths, app_paths
from oa_desktop.services.library.models import TOUR_REF, ModelLibrary
from oa_desktop.services.loading import load_model
from oa_desktop.settings import Settings
from tests.integration.client.servers import KEY, our_server

pytestmark = pytest.mark.model
QUESTION = [{"role": "user", "content": "What can I do with this app?"}]


@pytest.fixture
def paths(tmp_path: Path) -> AppPaths:
    made = app_paths({"OA_DESKTOP_HOME": str(tmp_path / "home")})
    made.create()
    return made


@pytest.fixture
def app_log(paths: AppPaths, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The log of the app, as the command line keeps it, for the time of one test."""
    root = logging.getLogger()
    before = list(root.handlers)
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr(logging, "raiseExceptions", logging.raiseExceptions)
    keep_log(paths.logs)
    yield
    for handler in [handler for handler in root.handlers if handler not in before]:
        root.removeHandler(handler)
        handler.close()


def words_of(processes: Iterable[psutil.Process]) -> list[str]:
    """Their command lines and environments, as far as they can be looked at."""
    found: list[str] = []
    for process in processes:
        with suppress(psutil.Error):
            found += [*process.cmdline(), *process.environ().values()]
    return found


def written_below(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
async def test_e25_the_key_is_in_no_process_list_no_log_and_no_crash_report(
    paths: AppPaths, app_log: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    cores = set(Path.cwd().glob("core*"))
    library, settings = ModelLibrary(paths), Settings(threads=1)
    loaded = await load_model(library, TOUR_REF, settings, log=paths.logs / "engine.log")
    process, key = loaded.process, loaded.process.handle.token
    said: list[object] = [process.handle, Running(process.handle), NotAnswering(process.handle)]
    try:
        async with process.client() as client:
            assert len(key) >= 32
            seen = words_of(psutil.process_iter())
            assert "oa_desktop.engine" in seen, "the engine was not among them"
            assert not [word for word in seen if key in word]
            with pytest.raises(EngineStopped) as stopped:  # noqa: PT012
                async with aclosing(client.chat(QUESTION, n=8, sampling={"ignore_eos": True})) as replies:
                    await anext(replies)
                    os.kill(process.pid, signal.SIGABRT)
                    async for _ in replies:
                        pass
            said += [stopped.value, stopped.value.detail, stopped.value.hint, vars(stopped.value)]
    finally:
        await process.stop()
    assert "signal 6" in stopped.value.title
    logged = written_below(paths.logs)
    assert b"locked in" in logged
    everything = written_below(paths.logs.parents[0]) + caplog.text.encode() + repr(said).encode()
    assert key.encode() not in everything
    assert set(Path.cwd().glob("core*")) == cores


def test_e25_a_key_somebody_chose_is_not_handed_on_in_a_command_line(tmp_path: Path) -> None:
    with our_server(tmp_path) as served:
        command = psutil.Process(served.pid)
        assert KEY in words_of([command]), "the person typed it"
        below = words_of(command.children(recursive=True))
        assert "oa_desktop.engine" in below
        assert not [word for word in below if KEY in word]
    assert KEY.encode() not in written_below(tmp_path)
