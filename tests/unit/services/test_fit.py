"""The verdict on a model: its borders, its numbers, and that more memory never makes it worse."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.gguf.facts import Shape
from oa_desktop.gguf.header import read_header
from oa_desktop.gguf.kv_cache import KvType, cell_bytes
from oa_desktop.services.device_probe import DeviceProbe, SeenDevice
from oa_desktop.services.fit.estimate import (
    Machine,
    Verdict,
    estimate,
    estimate_headers,
    largest_model_bytes,
    look_at_machine,
)
from oa_desktop.settings import Settings
from tests.unit.gguf.ggufs import PAIRS, STRING, U32, Gguf, array, pair, tensor

GB, MIB = 10**9, 1 << 20
SETTINGS = Settings()
LLAMA_7B = Shape(32, 4096, (32,) * 32, 128, 128, 32_000)
LLAMA_7B_BYTES = 4_080_000_000
ORDER = [Verdict.FITS, Verdict.TIGHT, Verdict.TOO_BIG]


def shape(layers: int, width: int, kv_heads: int, length: int, vocabulary: int = 32_000) -> Shape:
    return Shape(layers, width, (kv_heads,) * layers, length, length, vocabulary)


def card(free: float, *, name: str = "CUDA0", shares: bool = False, kind: str = "cuda") -> SeenDevice:
    role = "integrated" if shares else "graphics"
    return SeenDevice(kind, role, name, f"Card {name}", int(free), 24 * GB, True, shares)


def llama_7b(machine: Machine, settings: Settings = SETTINGS):
    return estimate(LLAMA_7B_BYTES, LLAMA_7B, machine, settings, context_tokens=4096)


KV_BYTES = {
    "pythia-12b": (shape(36, 5120, 40, 128), 737_280),
    "stablelm-7b": (shape(16, 6144, 48, 128), 393_216),
    "pythia-6.9b": (shape(32, 4096, 32, 128), 524_288),
    "pythia-2.8b": (shape(32, 2560, 32, 80), 327_680),
    "pythia-1.4b": (shape(24, 2048, 16, 128), 196_608),
    "pythia-1b": (shape(16, 2048, 8, 256), 131_072),
    "falcon-7b": (shape(32, 4544, 1, 64), 8_192),
    "falcon-40b": (shape(60, 8192, 8, 64), 122_880),
    "llama-7b": (LLAMA_7B, 524_288),
    "codellama-13b": (shape(40, 5120, 40, 128), 819_200),
    "llama-30b": (shape(60, 6656, 52, 128), 1_597_440),
    "llama2-70b": (shape(80, 8192, 8, 128), 327_680),
    "tinyllama": (shape(22, 2048, 4, 64), 22_528),
    "danube3-500m": (shape(16, 1536, 8, 96), 49_152),
    "danube2-1.8b": (shape(24, 2560, 8, 80), 61_440),
    "mistral-7b": (shape(32, 4096, 8, 128), 131_072),
    "qwen3-1.7b": (shape(28, 2048, 8, 128), 114_688),
    "qwen3-8b": (shape(36, 4096, 8, 128), 147_456),
    "llama-3.2-1b": (shape(16, 2048, 8, 64), 32_768),
    "llama-3.1-8b": (shape(32, 4096, 8, 128), 131_072),
    "smollm2-1.7b": (shape(24, 2048, 32, 64), 196_608),
}


@pytest.mark.parametrize("name", KV_BYTES)
def test_a_token_of_a_known_model_takes_as_much_cache_as_it_does(name: str) -> None:
    model, per_token = KV_BYTES[name]
    assert sum(cell_bytes(model)) == per_token
    machine, short, long = (
        Machine(500 * GB, 500 * GB),
        *(SETTINGS.with_value("context_tokens", n) for n in (512, 1536)),
    )
    needs = [estimate(GB, model, machine, settings).need_bytes for settings in (short, long)]
    attention = 2 * 512
    assert needs[1] - needs[0] == 1024 * (per_token + attention)
    if KvType.Q8_0.suits(model):
        assert sum(cell_bytes(model, KvType.Q8_0)) == per_token * 17 // 32


def test_codellama_is_not_opened_with_all_of_its_16k() -> None:
    report = estimate(
        7_870_000_000,
        KV_BYTES["codellama-13b"][0],
        Machine(64 * GB, 64 * GB),
        SETTINGS,
        context_tokens=16_384,
    )
    assert (report.verdict, report.context_tokens, report.most_context_tokens) == (Verdict.FITS, 4096, 16_384)
    assert 11.2 * GB < report.need_bytes < 11.7 * GB


def test_four_fifths_of_the_free_memory_are_the_border() -> None:
    settings = SETTINGS.with_value("context_tokens", 4096)
    need = llama_7b(Machine(99 * GB, 99 * GB), settings).need_bytes
    borders = (need * 5 // 4 + 1, need * 5 // 4 - 1, need, need - 1)
    found = [llama_7b(Machine(99 * GB, free), settings).verdict for free in borders]
    assert found == [Verdict.FITS, Verdict.TIGHT, Verdict.TIGHT, Verdict.TOO_BIG]


def test_a_model_that_fits_only_with_less_context_is_tight_and_says_so() -> None:
    report = llama_7b(Machine(16 * GB, 5_500_000_000))
    assert (report.verdict, report.context_tokens) == (Verdict.TIGHT, 2048)
    assert report.reason == (
        "Needs about 5.3 GB of 5.5 GB of free memory,"
        " with room for a context of 2,048 tokens instead of 4,096."
    )
    assert 2048 < report.most_context_tokens < 4096


def test_a_context_that_was_asked_for_is_not_shortened_but_the_most_is_told() -> None:
    report = llama_7b(Machine(16 * GB, 5_500_000_000), SETTINGS.with_value("context_tokens", 4096))
    assert (report.verdict, report.context_tokens) == (Verdict.TOO_BIG, 0)
    assert report.reason == (
        f"Does not fit with a context of 4,096 tokens; one of {report.most_context_tokens:,} would."
    )


def test_what_is_too_big_says_what_there_is() -> None:
    now = llama_7b(Machine(16 * GB, 3 * GB))
    assert now.reason == "Needs about 6.4 GB of memory; only 3.0 GB of 16.0 GB is free now."
    never = llama_7b(Machine(4 * GB, 3 * GB, (card(GB),)))
    assert (
        never.reason
        == "Needs about 6.4 GB of memory; this machine has 4.0 GB and Card CUDA0 has 1.0 GB free."
    )
    assert (never.verdict, never.gpu_layers, never.context_tokens, never.device) == (
        Verdict.TOO_BIG,
        0,
        0,
        "",
    )


def test_a_card_takes_all_layers_or_some_or_none() -> None:
    for free, layers, place in (
        (12 * GB, 32, "Needs about 6.4 GB; all 32 layers go on Card CUDA0."),
        (4 * GB, 14, "Needs about 6.4 GB; 14 of 32 layers go on Card CUDA0, the others on the processor."),
        (GB, 0, "Needs about 6.4 GB of 16.0 GB of free memory."),
    ):
        report = llama_7b(Machine(16 * GB, 16 * GB, (card(free),)))
        assert (report.verdict, report.gpu_layers, report.layers) == (Verdict.FITS, layers, 32)
        assert report.reason == place


def test_a_card_that_is_switched_off_by_the_settings_does_not_help() -> None:
    machine = Machine(16 * GB, 4 * GB, (card(20 * GB),))
    assert llama_7b(machine).verdict is Verdict.FITS
    off = llama_7b(machine, SETTINGS.with_value("gpu_layers", "0"))
    assert (off.verdict, off.gpu_layers) == (Verdict.TOO_BIG, 0)
    some = llama_7b(machine, SETTINGS.with_value("gpu_layers", "20"))
    assert (some.gpu_layers, some.verdict) == (20, Verdict.FITS)


def test_what_a_card_cannot_take_still_needs_the_machine() -> None:
    assert llama_7b(Machine(16 * GB, 400_000_000, (card(20 * GB),))).verdict is Verdict.TOO_BIG


def test_memory_that_is_shared_counts_once() -> None:
    shared = card(16 * GB, shares=True, kind="metal")
    report = llama_7b(Machine(16 * GB, 5 * GB, (shared,)), SETTINGS.with_value("context_tokens", 4096))
    assert report.verdict is Verdict.TOO_BIG
    assert llama_7b(Machine(16 * GB, 12 * GB, (shared,))).gpu_layers == 32


def test_only_a_size_is_enough_for_a_verdict() -> None:
    machine = Machine(16 * GB, 8 * GB)
    assert estimate(4 * GB, None, machine, SETTINGS).verdict is Verdict.FITS
    assert estimate(7 * GB, None, machine, SETTINGS).verdict is Verdict.TOO_BIG
    with_card = replace(machine, devices=(card(8 * GB),))
    assert estimate(7 * GB, None, with_card, SETTINGS).verdict is Verdict.FITS
    assert estimate(0, None, machine, SETTINGS, parameters=7 * GB).need_bytes > 4.3 * GB
    assert estimate(0, LLAMA_7B, machine, SETTINGS).verdict is Verdict.UNKNOWN


def test_the_largest_model_is_the_last_that_fits() -> None:
    for machine in (Machine(16 * GB, 12 * GB), Machine(16 * GB, 12 * GB, (card(24 * GB),))):
        largest = largest_model_bytes(machine, SETTINGS)
        assert estimate(largest, None, machine, SETTINGS).verdict is Verdict.FITS
        assert estimate(largest + 1, None, machine, SETTINGS).verdict is Verdict.TIGHT
    assert largest_model_bytes(Machine(GB, 100_000_000), SETTINGS) == 0


def test_the_machine_is_seen_with_what_the_engine_can_reach(tmp_path: Path) -> None:
    probe = DeviceProbe(devices=(card(GB, name="CUDA0"), card(GB, name="CUDA1")), hidden=("CUDA0",))
    machine = look_at_machine(tmp_path / "not" / "yet", lambda: probe)
    assert [device.name for device in machine.devices] == ["CUDA1"]
    assert 0 < machine.memory_free <= machine.memory_total
    assert machine.disk_free > 0


def write_llama_7b(path: Path) -> Path:
    """The header of a Llama 7B in Q4_0, and a hole where its weights would be."""
    numbers = {
        "block_count": 32,
        "context_length": 4096,
        "embedding_length": 4096,
        "attention.head_count": 32,
    }
    pairs = [
        pair("general.architecture", STRING, "llama"),
        *(pair(f"llama.{k}", U32, v) for k, v in numbers.items()),
    ]
    pairs += [
        item for item in PAIRS if b"tokenizer" in item and b"tokens" not in item and b"token_type" not in item
    ]
    pairs.append(array("tokenizer.ggml.tokens", STRING, [f"t{number}" for number in range(1000)]))
    shapes = {"token_embd.weight": (4096, 32_000)}
    shapes |= {f"blk.{n}.all.weight": (4096, 11008 * 3 + 4096 * 4) for n in range(32)}
    shapes |= {"output.weight": (4096, 32_000)}
    tensors, offset = [], 0
    for name, dims in shapes.items():
        tensors.append(tensor(name, dims, 2, offset))
        offset += dims[0] * dims[1] // 32 * 18
    Gguf(pairs=pairs, tensors=tensors, data_bytes=0).write(path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size + offset)
    return path


@pytest.mark.model
@pytest.mark.parametrize("free", [0.5, 1.2, 2, 3, 4, 5, 6.5, 24])
@pytest.mark.parametrize("gpu_layers", ["auto", "all", "7"])
def test_as_many_layers_are_told_as_the_engine_takes(
    free: float, gpu_layers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from oa_desktop.engine.llama import LlamaOptions, planning
    from oa_desktop.gguf.device import Device, Role

    device = Device("cuda", Role.GRAPHICS, "CUDA0", "Card CUDA0", int(free * GB), 24 * GB)
    monkeypatch.setattr(planning, "devices", lambda: (device,))
    monkeypatch.setattr(planning, "free_memory", lambda: 16 * GB)
    path = write_llama_7b(tmp_path / "llama.gguf")
    asked = int(gpu_layers) if gpu_layers.isdecimal() else gpu_layers
    planned = planning.planned(path, LlamaOptions(gpu_layers=asked)).plan
    assert planned is not None

    machine = Machine(16 * GB, 16 * GB, (card(free * GB),))
    settings = SETTINGS.with_value("gpu_layers", gpu_layers)
    header = read_header(path)
    told = estimate_headers([header], machine, settings)
    assert (told.gpu_layers, told.context_tokens) == (planned.offloaded_layers, planned.context_tokens)
    rough = estimate(header.file_size, LLAMA_7B, machine, settings, context_tokens=4096)
    assert abs(rough.gpu_layers - planned.offloaded_layers) <= 1


SHAPES = st.builds(
    shape,
    st.integers(1, 90),
    st.sampled_from([256, 2048, 5120, 8192]),
    st.integers(0, 64),
    st.sampled_from([48, 64, 128]),
    st.integers(0, 200_000),
)
SIZES = st.integers(1, 100 * GB)
FREE = st.integers(0, 120 * GB)
CARDS = st.lists(st.tuples(st.integers(0, 100 * GB), st.booleans()), max_size=2)
CHOSEN = st.builds(
    lambda layers, context, kv_type, flash: Settings(
        gpu_layers=layers, context_tokens=context, kv_type=kv_type, flash_attention=flash
    ),
    st.sampled_from(["auto", "all", "0", "1", "20", "999"]),
    st.sampled_from([0, 1, 2048, 100_000]),
    st.sampled_from(["f16", "q8_0"]),
    st.sampled_from(["auto", "off"]),
)


def machine_of(free: int, cards: list[tuple[int, bool]], more: int = 0) -> Machine:
    devices = [
        card(room + more, name=f"GPU{number}", shares=shares) for number, (room, shares) in enumerate(cards)
    ]
    return Machine(128 * GB, free, tuple(devices))


@given(
    SIZES,
    st.none() | SHAPES,
    FREE,
    FREE,
    CARDS,
    st.integers(0, 50 * GB),
    CHOSEN,
    st.sampled_from([0, 300, 4096]),
)
def test_more_memory_never_makes_a_verdict_worse(
    size, model, free, more_free, cards, more, settings, trained
) -> None:
    free, more_free = sorted((free, more_free))
    poor, rich = machine_of(free, cards), machine_of(more_free, cards, more)
    before, after = (
        estimate(size, model, machine, settings, context_tokens=trained) for machine in (poor, rich)
    )
    assert ORDER.index(after.verdict) <= ORDER.index(before.verdict)
    assert after.most_context_tokens >= before.most_context_tokens


@given(SIZES, SHAPES, FREE, CARDS, CHOSEN, st.integers(1, 200_000), st.integers(1, 200_000))
def test_a_longer_context_never_needs_less(size, model, free, cards, settings, short, long) -> None:
    short, long = sorted((short, long))
    machine = machine_of(free, cards)
    less, more = (
        estimate(size, model, machine, replace(settings, context_tokens=tokens)) for tokens in (short, long)
    )
    assert less.need_bytes <= more.need_bytes
    assert ORDER.index(less.verdict) <= ORDER.index(more.verdict)


@given(
    st.integers(-5, 10**15),
    st.none() | SHAPES,
    FREE,
    CARDS,
    CHOSEN,
    st.integers(0, 10**7),
    st.none() | st.integers(0, 10**12),
)
def test_a_report_is_always_one_sentence_and_holds_together(
    size, model, free, cards, settings, trained, parameters
) -> None:
    machine = machine_of(free, cards)
    report = estimate(size, model, machine, settings, context_tokens=trained, parameters=parameters)
    assert report.reason.endswith(".")
    assert report.reason.isprintable()
    assert 0 <= report.gpu_layers <= report.layers
    assert (report.gpu_layers > 0) == bool(report.device)
    assert report.context_tokens <= max(report.most_context_tokens, 0)
    assert (report.need_bytes > 0) == (report.verdict is not Verdict.UNKNOWN)
    assert report.verdict is not Verdict.TOO_BIG or not report.context_tokens


def test_u01_a_driver_s_name_of_a_card_keeps_to_its_line() -> None:
    poisoned = replace(card(20 * GB), description="Evil\n\u202ecard" + "x" * 500)
    report = llama_7b(Machine(16 * GB, 16 * GB, (poisoned,)))
    assert report.reason.isprintable()
    assert len(report.reason) < 200
