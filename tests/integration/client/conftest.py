"""Real engine processes over the fake backend, and stand-ins for broken ones."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from oa_desktop.client import launch
from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.launch import EngineProcess

StartEngine = Callable[..., Awaitable[EngineProcess]]


@pytest.fixture
async def start_process(tmp_path: Path) -> AsyncIterator[StartEngine]:
    """Start an engine process with the fake backend; `pace_s` is how long each of its steps takes."""
    started: list[EngineProcess] = []

    async def start(*, pace_s: float = 0.0, **options: object) -> EngineProcess:
        given = {"model": tmp_path / "fake.gguf", "backend": "fake", **options}
        engine = await EngineProcess.start(EngineOptions(extra=("--fake-pace", str(pace_s)), **given))
        started.append(engine)
        return engine

    yield start
    for engine in started:
        await engine.stop()


@pytest.fixture
def insisting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children are killed soon after they were asked to end, for tests of those that never do."""
    monkeypatch.setattr(launch, "STOP_TIMEOUT_S", 0.05)


@pytest.fixture
def stand_in(tmp_path: Path) -> Callable[[str], tuple[str, ...]]:
    """The command of a program that is started in place of the engine."""

    def command(source: str) -> tuple[str, ...]:
        script = tmp_path / "stand_in.py"
        script.write_text(source, encoding="utf-8")
        return (sys.executable, str(script))

    return command
