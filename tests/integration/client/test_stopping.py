"""Stopping a model so slow that one step of reading takes longer than anybody wants to wait."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from oa_desktop.client.api import EngineClient
from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.events import ChoiceDelta
from oa_desktop.client.launch import EngineProcess

from .metrics import Metrics

ROOT = Path(__file__).parents[3]
STOP_S = 0.5
"""On a machine so busy that a step takes more than two seconds, a quarter of that."""
STEPS = "step_duration_seconds"
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
async def test_e15_ten_stops_while_thirty_thousand_tokens_are_read_take_half_a_second_each(
    slow_model: Path,
) -> None:
    engine = await EngineProcess.start(EngineOptions(slow_model, ctx=32_768, threads=1))
    metrics = Metrics(engine.handle)
    took_s: list[float] = []
    try:
        async with engine.client() as client:
            before = await greedy(client)
            for _ in range(10):
                read = (await metrics.page())["read_tokens_total"]
                stream = client.chat(LONG, max_tokens=5)
                reading = asyncio.ensure_future(anext(stream))
                await metrics.until(lambda page, read=read: page["read_tokens_total"] > read)
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
                took_s.append(await metrics.until_idle())
            page = await metrics.page()
            assert page['requests_total{outcome="cancelled"}'] == 10
            assert page["used_cells"] + page["free_cells"] == page["capacity_cells"]
            assert await greedy(client) == before
    finally:
        await engine.stop()
    step_s = page[f'{STEPS}_sum{{prefill="true"}}'] / page[f'{STEPS}_count{{prefill="true"}}']
    assert median(took_s) < max(STOP_S, step_s / 4), (took_s, step_s)
