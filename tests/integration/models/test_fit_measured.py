"""What a model takes, as told before it is loaded, beside what its engine holds once it has read a prompt."""

import sys
from pathlib import Path

import pytest

from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.events import ChoiceEnd
from oa_desktop.client.launch import EngineProcess
from oa_desktop.gguf.facts import facts_of
from oa_desktop.gguf.header import read_header
from oa_desktop.services.fit.estimate import FitReport, Machine, estimate, estimate_headers
from oa_desktop.services.machine import process_bytes
from oa_desktop.settings import Settings

ROOT = Path(__file__).parents[3]
WITHIN = 0.15
MACHINE = Machine(4_000_000_000, 2_000_000_000)
PROCESSOR = Settings(gpu_layers="0")
pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process also counts what it once read"),
]


@pytest.fixture
def make_model(monkeypatch: pytest.MonkeyPatch):
    """The program, which stands outside the package."""
    monkeypatch.syspath_prepend(ROOT / "packaging")
    import make_model

    return make_model


def shape(make_model, architecture: str):
    """Some 50 MB of weights; those of Q4_0 are copied by llama.cpp on most processors."""
    neox = architecture == "gptneox"
    return make_model.Shape(
        architecture,
        "Q8_0" if neox else "Q4_0",
        layers=4 if neox else 8,
        width=768 if neox else 1024,
        heads=12 if neox else 16,
        kv_heads=12 if neox else 4,
        feed_forward=3072,
        rotary=16 if neox else 64,
        vocabulary=16_000,
        context=512,
    )


async def held_bytes(path: Path, report: FitReport) -> int:
    """Of an engine on the processor, loaded and after a prompt as long as its context."""
    engine = await EngineProcess.start(EngineOptions(path, gpu_layers="0", threads=2))
    try:
        assert engine.handle.model is not None
        assert engine.handle.model.context_tokens == report.context_tokens
        async with engine.client() as client:
            question = [{"role": "user", "content": "a" * (report.context_tokens - 60)}]
            ends = [e async for e in client.chat(question, max_tokens=20) if isinstance(e, ChoiceEnd)]
        assert len(ends) == 1
        return process_bytes(engine.pid)
    finally:
        await engine.stop()


@pytest.mark.parametrize("architecture", ["gptneox", "llama"])
async def test_the_estimate_is_within_15_percent_of_what_is_measured(
    architecture: str, make_model, tmp_path: Path
) -> None:
    path = tmp_path / "made.gguf"
    make_model.write_model(shape(make_model, architecture), "made", path)
    header = read_header(path)
    report = estimate_headers([header], MACHINE, PROCESSOR)
    measured = await held_bytes(path, report)
    assert report.expected_bytes == pytest.approx(measured, rel=WITHIN)
    known = facts_of(header).shape
    as_in_a_catalogue = estimate(header.file_size, known, MACHINE, PROCESSOR, context_tokens=512)
    assert as_in_a_catalogue.expected_bytes == pytest.approx(measured, rel=WITHIN)
