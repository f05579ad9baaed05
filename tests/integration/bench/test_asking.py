"""Asking an engine that ends, is gone or fails: never a figure of half an answer, always one sentence."""

import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from oa_desktop.bench.asking import Asking
from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.launch import EngineProcess
from oa_desktop.errors import EngineError

PROMPT = [60, 61, 62, 63]
TOKENS = 2000
PIECES = 3
BROKEN = """
import sys
from oa_desktop.engine import opening
from oa_desktop.engine.startup import run
decode = opening.PacedFakeBackend.decode
def breaks(self, batch):
    if self.decoded_tokens > 20:
        raise RuntimeError("a bug")
    decode(self, batch)
opening.PacedFakeBackend.decode = breaks
sys.exit(run(sys.argv[1:]))
"""


@pytest.fixture
def options(tmp_path: Path) -> EngineOptions:
    return EngineOptions(tmp_path / "fake.gguf", backend="fake", ctx=4096, extra=("--fake-pace", "0.02"))


@pytest.fixture
async def engine(options: EngineOptions) -> AsyncIterator[EngineProcess]:
    engine = await EngineProcess.start(options)
    yield engine
    await engine.stop()


async def test_an_answer_that_ends_by_itself_is_complete(engine: EngineProcess):
    answer = await Asking(engine.handle).answer(PROMPT, replies=2, tokens=5)
    assert answer.complete
    assert answer.usage["completion_tokens"] == 10


async def test_half_an_answer_says_so_while_it_comes(engine: EngineProcess):
    async with Asking(engine.handle).stream(PROMPT, tokens=TOKENS) as stream:
        await stream.until(PIECES)
        assert not stream.so_far().complete


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
async def test_an_engine_that_is_killed_has_given_no_answer(engine: EngineProcess):
    asking = Asking(engine.handle)
    async with asking.stream(PROMPT, tokens=TOKENS) as stream:
        await stream.until(PIECES)
        os.kill(engine.pid, signal.SIGKILL)
        with pytest.raises(EngineError, match="ended while it was measured"):
            await stream.answer()
    await engine.wait()
    with pytest.raises(EngineError, match="ended while it was measured"):
        await asking.answer(PROMPT)
    with pytest.raises(EngineError, match="ended while it was measured"):
        asking.metric("oa_engine_used_cells")


async def test_an_engine_that_fails_has_given_no_answer(options: EngineOptions):
    engine = await EngineProcess.start(options, command=(sys.executable, "-c", BROKEN))
    try:
        with pytest.raises(EngineError, match="refuses to be measured") as failed:
            await Asking(engine.handle).answer(PROMPT, tokens=TOKENS)
    finally:
        await engine.stop()
    assert "engine-failed" in failed.value.detail
