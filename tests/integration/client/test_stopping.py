"""Stopping a model so slow that one step of reading takes longer than anybody wants to wait."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from oa_desktop.client.api import EngineClient
from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.events import ChoiceDelta
from oa_desktop.client.launch import EngineProcess

from .metrics import Metrics

ROOT = Path(__file__).parents[3]
STOPS = 10
READ = "read_tokens_total"
LONG = [{"role": "user", "content": "tree " * 6000}]
SHORT = [{"role": "user", "content": "Hi"}]


@pytest.fixture(scope="module")
def slow_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Fifty million random weights: 512 tokens take a processor core about a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "packaging")
        import make_model

        shape = make_model.Shape(
            "llama",
            "Q4_0",
            layers=4,
            width=1024,
            heads=16,
            kv_heads=1,
            feed_forward=2816,
            rotary=64,
            vocabulary=512,
            context=32_768,
        )
        path = tmp_path_factory.mktemp("slow") / "slow.gguf"
        make_model.write_model(shape, "slow", path)
        yield path
        path.unlink()


async def greedy(client: EngineClient) -> str:
    stream = client.chat(SHORT, max_tokens=8, sampling={"temperature": 0.0, "ignore_eos": True})
    return "".join([event.text async for event in stream if isinstance(event, ChoiceDelta)])


@pytest.mark.model
@pytest.mark.slow
async def test_e15_ten_stops_while_thirty_thousand_tokens_are_read_cut_the_step_short(
    slow_model: Path,
) -> None:
    """A step that is finished counts what it read; one that is cut short does not.

    Now and then a stop comes just when a step ends and the next begins. If stops waited for the step that
    runs, all ten would count it.
    """
    engine = await EngineProcess.start(EngineOptions(slow_model, ctx=32_768, threads=1))
    metrics = Metrics(engine.handle)
    cut_short = 0
    try:
        async with engine.client() as client:
            before = await greedy(client)
            for _ in range(STOPS):
                read = (await metrics.page())[READ]
                stream = client.chat(LONG, max_tokens=5)
                reading = asyncio.ensure_future(anext(stream))
                await metrics.until(lambda page, read=read: page[READ] > read)
                read = (await metrics.page())[READ]
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
                await metrics.until_idle()
                cut_short += (await metrics.page())[READ] == read
            page = await metrics.page()
            assert page['requests_total{outcome="cancelled"}'] == STOPS
            assert page["used_cells"] + page["free_cells"] == page["capacity_cells"]
            assert await greedy(client) == before
    finally:
        await engine.stop()
    assert cut_short >= STOPS // 2
