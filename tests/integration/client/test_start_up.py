"""When an engine answers. How soon beside what loading takes is a row of `oa-desktop bench`."""

import asyncio
import re

import pytest

from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.launch import EngineProcess

from .servers import TOUR

pytestmark = [pytest.mark.model, pytest.mark.skipif(not TOUR.exists(), reason="no tour model")]


async def test_an_engine_that_says_hello_has_loaded_its_model_and_answers() -> None:
    engine = await EngineProcess.start(EngineOptions(TOUR, threads=1))
    try:
        assert re.search(r"The model was loaded in \S+ seconds", engine.log_tail)
        async with engine.client() as client:
            assert await client.health()
    finally:
        await engine.stop()


async def test_engines_that_start_together_all_answer() -> None:
    engines = await asyncio.gather(*(EngineProcess.start(EngineOptions(TOUR, threads=1)) for _ in range(4)))
    try:
        assert len({engine.handle.base_url for engine in engines}) == 4
        for engine in engines:
            async with engine.client() as client:
                assert await client.health()
    finally:
        await asyncio.gather(*(engine.stop() for engine in engines))
