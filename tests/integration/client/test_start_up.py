"""How long an engine takes to answer, beside what loading the model takes."""

import asyncio
import re
import time
from pathlib import Path

import psutil
import pytest

from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.launch import EngineProcess

from .servers import TOUR

pytestmark = [pytest.mark.model, pytest.mark.skipif(not TOUR.exists(), reason="no tour model")]
BESIDE_LOADING_S = 1.0
TRIES = 5


async def seconds_beside_loading(model: Path) -> float:
    """From the start of the process to its first answer, less the load; of the clock or of the processor.

    A machine that is busy with other things makes the clock run on: then the processor's own seconds count.
    """
    started_s = time.monotonic()
    engine = await EngineProcess.start(EngineOptions(model, threads=1))
    try:
        async with engine.client() as client:
            assert await client.health()
        took_s = time.monotonic() - started_s
        processor = psutil.Process(engine.pid).cpu_times()
        loaded = re.search(r"The model was loaded in (\S+) seconds", engine.log_tail)
    finally:
        await engine.stop()
    assert loaded is not None, engine.log_tail
    return min(took_s, processor.user + processor.system) - float(loaded[1])


async def test_a_loaded_model_answers_within_a_second_beside_its_loading() -> None:
    tries = [await seconds_beside_loading(TOUR) for _ in range(TRIES)]
    assert min(tries) < BESIDE_LOADING_S, tries


async def test_engines_that_start_together_all_answer(tmp_path: Path) -> None:
    engines = await asyncio.gather(*(EngineProcess.start(EngineOptions(TOUR, threads=1)) for _ in range(4)))
    try:
        assert len({engine.handle.base_url for engine in engines}) == 4
    finally:
        await asyncio.gather(*(engine.stop() for engine in engines))
