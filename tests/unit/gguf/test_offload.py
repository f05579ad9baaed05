"""Where layers go and how much context there is, decided from numbers alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.gguf.device import Device, Role, kind_of, offload_targets
from oa_desktop.gguf.facts import Shape
from oa_desktop.gguf.kv_cache import KvType, cell_bytes
from oa_desktop.gguf.layer_memory import reserve_bytes
from oa_desktop.gguf.layer_sizes import LayerSizes
from oa_desktop.gguf.offload import (
    ROOM_BYTES,
    SMALLEST_CONTEXT,
    Plan,
    Wanted,
    plan,
    smaller,
)

GB, MB = 10**9, 10**6
LLAMA_7B = LayerSizes(
    shape=Shape(32, 4096, (32,) * 32, 128, 128, 32_000),
    heads=32,
    layers=(114 * MB,) * 32,
    output_bytes=107 * MB,
    input_bytes=74 * MB,
    train_context_tokens=4096,
)
"""In Q4_0; a cell of its cache takes half a MiB."""


def card(free: float, *, name: str = "CUDA0", total: float = 0, role: Role = Role.GRAPHICS) -> Device:
    return Device("cuda", role, name, f"Card {name}", int(free), int(total or max(free, 8 * GB)))


SIZES = st.builds(
    lambda layers, weight, heads, width, vocabulary, train, output: LayerSizes(
        shape=Shape(layers, heads * width, (heads,) * layers, width, width, vocabulary),
        heads=heads,
        layers=(weight,) * layers,
        output_bytes=output,
        input_bytes=output,
        train_context_tokens=train,
    ),
    st.integers(1, 90),
    st.integers(0, 2 * GB),
    st.integers(0, 64),
    st.sampled_from([0, 48, 64, 128]),
    st.integers(0, 200_000),
    st.sampled_from([0, 1, 300, 2048, 131_072]),
    st.integers(0, GB),
)
TARGETS = st.lists(
    st.builds(
        lambda free, total, role: Device("vulkan", role, "Vulkan0", "", min(free, total), total),
        st.integers(0, 100 * GB),
        st.integers(0, 100 * GB),
        st.sampled_from([Role.GRAPHICS, Role.INTEGRATED]),
    ),
    max_size=3,
)
WANTED = st.builds(
    Wanted,
    gpu_layers=st.one_of(st.sampled_from(["auto", "all"]), st.integers(0, 100)),
    context_tokens=st.none() | st.integers(1, 200_000),
    kv_type=st.sampled_from(KvType),
    flash_attention=st.booleans(),
)
HOST = st.integers(0, 200 * GB)


@given(SIZES, TARGETS, HOST, WANTED)
def test_a_plan_is_always_one_that_llama_cpp_can_follow(sizes, targets, host, wanted):
    made = plan(sizes, targets, host, wanted)
    assert len(made.targets) == len(made.shares)
    assert all(share > 0 for share in made.shares)
    assert sum(made.shares) != 1, "the output alone would only be copied back and forth"
    assert made.offloaded_layers <= len(sizes.layers)
    assert 1 <= made.context_tokens <= made.cells
    assert made.context_tokens <= (sizes.train_context_tokens or made.context_tokens)
    assert made.cells <= 4 * made.context_tokens
    assert made.kv_type.suits(sizes.shape)
    if wanted.context_tokens:
        asked = wanted.context_tokens
        assert made.context_tokens == min(asked, sizes.train_context_tokens or asked)
    if isinstance(wanted.gpu_layers, int) and targets:
        assert made.offloaded_layers == min(wanted.gpu_layers, len(sizes.layers))
    if not targets:
        assert made.offloaded_layers == 0
    assert all(notice.endswith(".") and "\n" not in notice for notice in made.notices)


@given(SIZES, TARGETS, HOST, WANTED)
def test_what_is_chosen_by_itself_fits_with_something_left(sizes, targets, host, wanted):
    made = plan(sizes, targets, host, replace(wanted, gpu_layers="auto"))
    per_cell = cell_bytes(sizes.shape, made.kv_type)
    first = len(sizes.layers) - made.offloaded_layers
    rows = [
        weight + cell * made.cells
        for weight, cell in zip(sizes.layers[first:], per_cell[first:], strict=True)
    ]
    rows.append(sizes.output_bytes)
    for device, share in zip(made.targets, made.shares, strict=True):
        taken, rows = rows[:share], rows[share:]
        has = device.free_bytes if device.total_bytes else host
        assert sum(taken) <= max(0, has - reserve_bytes(device))
        assert not device.shares_memory or sum(taken) <= host


@given(SIZES, HOST, st.integers(0, 60 * GB), st.integers(0, 60 * GB))
def test_more_free_memory_never_means_fewer_layers(sizes, host, less, more):
    less, more = sorted((less, more))
    counts = [
        plan(sizes, [card(free, total=60 * GB)], host, Wanted()).offloaded_layers for free in (less, more)
    ]
    assert counts[0] <= counts[1]


@given(SIZES, TARGETS, HOST, WANTED)
def test_the_second_try_is_smaller_and_the_last(sizes, targets, host, wanted):
    first = plan(sizes, targets, host, wanted)
    second = smaller(first, sizes, host, wanted)
    if second is None:
        assert first.offloaded_layers == 0
        assert first.context_tokens <= SMALLEST_CONTEXT
        return
    fewer_layers = second.offloaded_layers < first.offloaded_layers
    assert fewer_layers or second.context_tokens < first.context_tokens
    assert second.offloaded_layers <= first.offloaded_layers
    assert second.cells <= first.cells
    assert second.notices[:-1] == first.notices, "what was given up before is still given up"


def test_a_large_card_takes_all_layers_and_four_contexts():
    made = plan(LLAMA_7B, [card(24 * GB)], 16 * GB, Wanted())
    assert (made.offloaded_layers, made.shares, made.context_tokens) == (32, (33,), 4096)
    assert made.cells == 4096, "half a MiB a cell: one context is more than the room for branches"
    small_cells = replace(LLAMA_7B, shape=replace(LLAMA_7B.shape, kv_heads=(2,) * 32))
    assert plan(small_cells, [card(24 * GB)], 16 * GB, Wanted()).cells == min(16_384, ROOM_BYTES // 32_768)
    assert made.notices == ()


def test_a_small_card_takes_the_last_layers():
    made = plan(LLAMA_7B, [card(4 * GB, total=4 * GB)], 16 * GB, Wanted())
    assert 0 < made.offloaded_layers < 32
    a_layer = 114 * MB + 4096 * 16_384
    left = 4 * GB - reserve_bytes(card(4 * GB, total=4 * GB)) - made.offloaded_layers * a_layer - 107 * MB
    assert 0 < left < 2 * a_layer
    assert made.notices == (), "how many layers are there is in the device's own words"


def test_layers_come_before_more_cells():
    sizes = replace(LLAMA_7B, shape=replace(LLAMA_7B.shape, kv_heads=(4,) * 32))
    need = 32 * 114 * MB + 107 * MB + 4096 * 65_536 + 100 * MB
    tight = plan(sizes, [card(need + reserve_bytes(card(need)), total=need)], 16 * GB, Wanted())
    assert (tight.offloaded_layers, tight.cells) == (32, 4096)
    assert plan(sizes, [card(24 * GB)], 16 * GB, Wanted()).cells == 8192


def test_a_card_with_no_room_for_a_layer_is_named_with_both_numbers():
    made = plan(LLAMA_7B, [card(300 * MB)], 16 * GB, Wanted())
    assert made.offloaded_layers == 0
    assert len(made.notices) == 1
    assert made.notices[0].startswith("The model runs on the processor: Card CUDA0 has 300 MB of memory free")
    assert plan(LLAMA_7B, [card(300 * MB)], 16 * GB, Wanted(gpu_layers=0)).notices == ()


def test_two_cards_take_one_after_the_other():
    cards = [card(3 * GB, name="CUDA0", total=3 * GB), card(8 * GB, name="CUDA1")]
    made = plan(LLAMA_7B, cards, 16 * GB, Wanted())
    assert [device.name for device in made.targets] == ["CUDA0", "CUDA1"]
    assert sum(made.shares) == 33
    assert made.shares[1] > made.shares[0] > 0
    alone = plan(LLAMA_7B, list(reversed(cards)), 16 * GB, Wanted())
    assert alone.targets == (cards[1],), "a second card is only used when the first is full"


def test_all_layers_are_put_where_they_were_asked_for_even_if_they_hardly_fit():
    made = plan(LLAMA_7B, [card(3 * GB), card(GB, name="CUDA1")], 16 * GB, Wanted(gpu_layers="all"))
    assert made.offloaded_layers == 32
    assert made.shares[0] > made.shares[1]


def test_a_small_batch_is_taken_where_nothing_fits_with_a_large_one():
    wide = replace(LLAMA_7B, shape=replace(LLAMA_7B.shape, embedding_length=65_536))
    assert plan(wide, [card(24 * GB)], 64 * GB, Wanted()).micro_batch == 512
    assert plan(wide, [card(1.4 * GB, total=GB)], 64 * GB, Wanted()).micro_batch == 256


def test_integrated_graphics_take_no_more_than_the_machine_has():
    shared = card(64 * GB, role=Role.INTEGRATED)
    roomy = plan(LLAMA_7B, [shared], 16 * GB, Wanted())
    assert roomy.offloaded_layers == 32
    assert 0 < plan(LLAMA_7B, [shared], 5 * GB, Wanted()).offloaded_layers < 32
    apple = replace(card(64 * GB), kind="metal")
    assert plan(LLAMA_7B, [apple], 5 * GB, Wanted()).offloaded_layers < 32


def test_a_device_that_does_not_say_what_it_has_is_taken_for_the_machine():
    silent = replace(card(0), free_bytes=0, total_bytes=0)
    assert plan(LLAMA_7B, [silent], 16 * GB, Wanted()).offloaded_layers == 32


def test_the_usual_context_is_shortened_where_that_makes_it_fit_and_said():
    need = 32 * 114 * MB + 181 * MB + 300 * MB
    made = plan(LLAMA_7B, [], need + 1_500 * MB, Wanted())
    assert made.context_tokens == made.cells == 2048
    assert made.notices == ("The context is 2048 tokens instead of 4096, because memory is short.",)
    assert plan(LLAMA_7B, [], need + 1_500 * MB, Wanted(context_tokens=4096)).context_tokens == 4096
    hopeless = plan(LLAMA_7B, [], GB, Wanted())
    assert (hopeless.context_tokens, hopeless.notices) == (4096, ())


def test_a_q8_cache_lets_more_layers_fit_and_is_left_out_where_heads_are_too_small():
    free = card(5 * GB)
    halved = plan(LLAMA_7B, [free], 16 * GB, Wanted(kv_type=KvType.Q8_0))
    assert halved.kv_type is KvType.Q8_0
    assert halved.offloaded_layers > plan(LLAMA_7B, [free], 16 * GB, Wanted()).offloaded_layers
    narrow = replace(LLAMA_7B, shape=replace(LLAMA_7B.shape, key_length=80, value_length=80))
    kept = plan(narrow, [free], 16 * GB, Wanted(kv_type=KvType.Q8_0))
    assert kept.kv_type is KvType.F16
    assert "it is kept in f16" in kept.notices[0]


def test_without_flash_attention_fewer_layers_fit():
    free = card(6 * GB)
    without = plan(LLAMA_7B, [free], 16 * GB, Wanted(flash_attention=False))
    assert without.offloaded_layers < plan(LLAMA_7B, [free], 16 * GB, Wanted()).offloaded_layers


def test_a_file_that_says_nothing_runs_on_the_processor():
    made = plan(None, [card(24 * GB)], 16 * GB, Wanted(context_tokens=100))
    assert made == Plan(context_tokens=100, reasons=made.reasons)


def test_the_second_try_says_what_was_given_up():
    wanted = Wanted(gpu_layers="all")
    first = plan(LLAMA_7B, [card(4 * GB)], 16 * GB, wanted)
    second = smaller(first, LLAMA_7B, 16 * GB, wanted)
    assert second.offloaded_layers == 24
    assert second.notices == ("The memory of Card CUDA0 was not enough for 32 layers; 24 are there now.",)
    one = plan(LLAMA_7B, [card(4 * GB)], 16 * GB, Wanted(gpu_layers=1))
    on_cpu = smaller(one, LLAMA_7B, 16 * GB, wanted)
    assert (on_cpu.offloaded_layers, on_cpu.targets) == (0, ())
    assert on_cpu.notices == (
        "The memory of Card CUDA0 was not enough for 1 layer; the model runs on the processor.",
    )
    host = plan(LLAMA_7B, [], 16 * GB, Wanted())
    shorter = smaller(host, LLAMA_7B, 16 * GB, Wanted())
    assert (shorter.context_tokens, shorter.cells) == (2048, 2048)
    assert shorter.notices == ("There was not enough memory for a context of 4096 tokens; it has 2048 now.",)


@pytest.mark.parametrize(
    ("backend", "kind"), [("CUDA", "cuda"), ("MTL", "metal"), ("Vulkan", "vulkan"), ("ROCm", "rocm")]
)
def test_backends_have_the_names_people_use(backend, kind):
    assert kind_of(backend) == kind


def test_layers_go_to_graphics_cards_first_and_a_card_counts_once():
    cpu = Device("cpu", Role.PROCESSOR, "CPU", "", 0, 0)
    blas = Device("blas", Role.ACCELERATOR, "BLAS", "", 0, 0)
    cuda = Device("cuda", Role.GRAPHICS, "CUDA0", "", 1, 1, "0000:01:00.0")
    same = Device("vulkan", Role.GRAPHICS, "Vulkan0", "", 1, 1, "0000:01:00.0")
    other = Device("vulkan", Role.GRAPHICS, "Vulkan1", "", 1, 1)
    unknown = Device("vulkan", Role.GRAPHICS, "Vulkan2", "", 1, 1)
    inside = Device("vulkan", Role.INTEGRATED, "Vulkan3", "", 1, 1)
    again = Device("opencl", Role.INTEGRATED, "OpenCL0", "", 1, 1)
    every = (cuda, same, other, unknown, inside, again, blas, cpu)
    assert offload_targets(every) == (cuda, other, unknown)
    assert offload_targets((inside, again, blas, cpu)) == (inside,)
    assert offload_targets((blas, cpu)) == ()


def test_a_context_that_was_shortened_stays_short_when_the_layers_come_back():
    wanted, host = Wanted(gpu_layers=31), 650 * MB
    first = plan(LLAMA_7B, [card(24 * GB)], host, wanted)
    assert first.context_tokens == 2048
    second = smaller(first, LLAMA_7B, host, wanted)
    assert second.context_tokens == second.cells == first.context_tokens
    assert second.notices[0] == first.notices[0]
