"""A started engine says where it computes and how; what cannot be together is refused in a sentence."""

from pathlib import Path

import pytest

from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.errors import EngineStartFailed
from oa_desktop.client.launch import EngineProcess
from oa_desktop.engine.llama.devices import backends
from oa_desktop.engine.llama.processors import usable_threads

TOUR = Path(__file__).parents[3] / "resources" / "tour" / "tour.gguf"
pytestmark = [pytest.mark.model, pytest.mark.skipif(not TOUR.exists(), reason="no tour model")]
only_processor = pytest.mark.skipif(backends() != ("cpu",), reason="this build could use more")


@pytest.fixture
async def start(tmp_path):
    started: list[EngineProcess] = []

    async def start_one(**options: object) -> EngineProcess:
        started.append(await EngineProcess.start(EngineOptions(TOUR, log=tmp_path / "log", **options)))
        return started[-1]

    yield start_one
    for engine in started:
        await engine.stop()


async def test_the_hello_and_the_model_list_name_the_device(start, tmp_path):
    engine = await start(threads=1, kv_type="q8_0", gpu_layers="0")
    told = engine.hello.model.device
    assert (told.kind, told.offloaded_layers, told.layers) == ("cpu", 0, 4)
    assert (told.threads, told.kv_type, told.flash_attention) == (1, "q8_0", True)
    assert told.name
    async with engine.client() as client:
        [model] = await client.models()
        assert model.device == told
        messages = [{"role": "user", "content": "What can I do here?"}]
        deltas = [event async for event in client.chat(messages, max_tokens=8)]
    assert any(getattr(event, "text", "") for event in deltas)
    assert engine.hello.model.notices == ()
    assert "0 of 4 layers go on other devices" in (tmp_path / "log").read_text()


async def test_flash_attention_can_be_switched_off(start):
    engine = await start(threads=1, flash_attention="off")
    assert engine.hello.model.device.flash_attention is False


async def test_a_q8_cache_without_flash_attention_is_refused_before_the_model_is_opened(start, tmp_path):
    with pytest.raises(EngineStartFailed) as refused:
        await start(kv_type="q8_0", flash_attention="off")
    assert refused.value.code == "kv-type-needs-flash-attention"
    assert refused.value.title == "A KV cache of q8_0 needs flash attention, which is switched off."
    assert "layers go on" not in (tmp_path / "log").read_text()


async def test_more_threads_than_can_run_are_not_used_and_it_is_said(start):
    engine = await start(threads=1000, gpu_layers="0")
    assert engine.hello.model.device.threads == usable_threads()
    [notice] = engine.hello.model.notices
    assert notice.startswith(f"1000 threads were asked for and {usable_threads()} are used")


@only_processor
async def test_layers_asked_for_in_vain_are_said(start):
    engine = await start(threads=1, gpu_layers="all")
    assert engine.hello.model.device.offloaded_layers == 0
    assert engine.hello.model.notices == (
        "The model runs on the processor: this llama.cpp was built without support for graphics.",
    )


@only_processor
async def test_a_build_for_the_processor_alone_is_no_news(start):
    engine = await start(threads=1, gpu_layers="auto")
    assert engine.hello.model.notices == ()
