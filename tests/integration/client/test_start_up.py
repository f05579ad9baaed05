"""When an engine answers, beside what loading the model takes."""

import asyncio
import re
import time
from pathlib import Path

import pytest

from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.launch import EngineProcess

from .servers import TOUR

pytestmark = [pytest.mark.model, pytest.mark.skipif(not TOUR.exists(), reason="no tour model")]
TRIES = 3
TOO_LATE = 2.0
"""Over an engine that loads nothing: it is about 1. A second more than that would be 3."""


async def seconds_beside_loading(backend: str) -> float:
    """From the start of the process to its first answer, less what loading the model took."""
    started_s = time.monotonic()
    engine = await EngineProcess.start(EngineOptions(TOUR, threads=1, backend=backend))
    try:
        async with engine.client() as client:
            assert await client.health()
        took_s = time.monotonic() - started_s
        loaded = re.search(r"The model was loaded in (\S+) seconds", engine.log_tail)
    finally:
        await engine.stop()
    assert loaded is not None, engine.log_tail
    return took_s - float(loaded[1])


async def test_a_loaded_model_answers_as_soon_as_an_engine_without_one() -> None:
    """The second that is allowed beside loading is measured by `oa-desktop bench`, on a machine at rest."""
    tries = [
        (await seconds_beside_loading("llama"), await seconds_beside_loading("fake")) for _ in range(TRIES)
    ]
    ours, nothing = map(min, zip(*tries, strict=True))
    assert ours < TOO_LATE * nothing, tries


async def test_engines_that_start_together_all_answer(tmp_path: Path) -> None:
    engines = await asyncio.gather(*(EngineProcess.start(EngineOptions(TOUR, threads=1)) for _ in range(4)))
    try:
        assert len({engine.handle.base_url for engine in engines}) == 4
    finally:
        await asyncio.gather(*(engine.stop() for engine in engines))
