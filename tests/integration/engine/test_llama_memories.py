"""Memories that cannot be cut: a recurrent and a sliding-window model, made here with random weights.

They reuse whole sequences only, and must say the same as when they start from nothing.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFReader, GGUFWriter, TokenType

from oa_desktop.engine.llama import LlamaBackend, LlamaOptions
from oa_desktop.engine.llama.vocabulary_only import open_vocabulary
from oa_desktop.engine.loop import EngineLoop
from oa_desktop.engine.requests import (
    Event,
    GenerationRequest,
    RequestEnd,
    RequestFailure,
    Sampling,
    TextDelta,
)
from oa_desktop.engine.resume.opening import open_states

TOUR = Path(__file__).parents[3] / "resources" / "tour" / "tour.gguf"
pytestmark = [pytest.mark.model, pytest.mark.skipif(not TOUR.exists(), reason="no tour model")]

WIDTH = 32
GREEDY = Sampling(temperature=0)


class Weights:
    """Adds random tensors to a model file, always the same ones."""

    def __init__(self, writer: GGUFWriter) -> None:
        self.writer = writer
        self.random = np.random.default_rng(5)

    def add(self, name: str, *shape: int, scale: float = 0.3) -> None:
        self.writer.add_tensor(name, self.random.normal(0, scale, shape).astype(np.float32))

    def ones(self, name: str, *shape: int, value: float = 1.0) -> None:
        self.writer.add_tensor(name, np.full(shape, value, np.float32))


def with_tour_vocabulary(writer: GGUFWriter) -> int:
    fields = GGUFReader(TOUR).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([TokenType(kind) for kind in fields["tokenizer.ggml.token_type"].contents()])
    writer.add_token_merges(fields["tokenizer.ggml.merges"].contents())
    writer.add_eos_token_id(0)
    writer.add_add_bos_token(False)
    return len(tokens)


def write(writer: GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def recurrent_model(path: Path) -> None:
    writer = GGUFWriter(path, "mamba")
    inner, state, rank, kernel = 2 * WIDTH, 8, 4, 4
    writer.add_context_length(512)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(0)
    writer.add_head_count(0)
    writer.add_block_count(2)
    writer.add_ssm_conv_kernel(kernel)
    writer.add_ssm_inner_size(inner)
    writer.add_ssm_state_size(state)
    writer.add_ssm_time_step_rank(rank)
    writer.add_layer_norm_rms_eps(1e-5)
    size = with_tour_vocabulary(writer)
    weights = Weights(writer)
    weights.add("token_embd.weight", size, WIDTH, scale=1.0)
    weights.ones("output_norm.weight", WIDTH)
    for layer in range(2):
        block = f"blk.{layer}."
        weights.ones(block + "attn_norm.weight", WIDTH)
        weights.add(block + "ssm_in.weight", 2 * inner, WIDTH)
        weights.add(block + "ssm_conv1d.weight", inner, kernel)
        weights.add(block + "ssm_conv1d.bias", inner)
        weights.add(block + "ssm_x.weight", rank + 2 * state, inner)
        weights.add(block + "ssm_dt.weight", inner, rank)
        weights.add(block + "ssm_dt.bias", inner)
        weights.ones(block + "ssm_a", inner, state, value=-1.0)
        weights.ones(block + "ssm_d", inner)
        weights.add(block + "ssm_out.weight", WIDTH, inner)
    write(writer)


def sliding_window_model(path: Path) -> None:
    writer = GGUFWriter(path, "cohere2")
    writer.add_context_length(512)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(WIDTH)
    writer.add_block_count(4)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_key_length(WIDTH // 2)
    writer.add_value_length(WIDTH // 2)
    writer.add_rope_dimension_count(WIDTH // 2)
    writer.add_rope_freq_base(10000.0)
    writer.add_sliding_window(16)
    writer.add_logit_scale(1.0)
    writer.add_layer_norm_eps(1e-5)
    size = with_tour_vocabulary(writer)
    weights = Weights(writer)
    weights.add("token_embd.weight", size, WIDTH, scale=1.0)
    weights.ones("output_norm.weight", WIDTH)
    for layer in range(4):
        block = f"blk.{layer}."
        weights.ones(block + "attn_norm.weight", WIDTH)
        for part in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_down", "ffn_up"):
            weights.add(f"{block}{part}.weight", WIDTH, WIDTH)
    write(writer)


@pytest.fixture(params=[recurrent_model, sliding_window_model])
def model(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    make: Callable[[Path], None] = request.param
    path = tmp_path / "tiny.gguf"
    make(path)
    return path


@pytest.fixture
def loop(model: Path) -> Iterator[EngineLoop]:
    loop = start(model)
    yield loop
    loop.close()


def start(model: Path, states: Path | None = None) -> EngineLoop:
    backend = LlamaBackend.open(model, LlamaOptions(n_ctx=512, cells=512, threads=1, max_sequences=16))
    loop = EngineLoop(backend, step_tokens=24, states=open_states(states, [model], backend.state_kind, 10**9))
    loop.start()
    return loop


def ask(loop: EngineLoop, name: str, prompt: list[int], n: int = 1) -> tuple[list[str], RequestEnd]:
    events: list[Event] = []
    ended = threading.Event()

    def listen(told: Sequence[Event]) -> None:
        events.extend(told)
        if isinstance(told[-1], RequestEnd | RequestFailure):
            ended.set()

    loop.submit(
        GenerationRequest(name, tuple(prompt), n=n, max_tokens=24, sampling=GREEDY, ignore_eos=True), listen
    )
    assert ended.wait(60)
    end = events[-1]
    assert isinstance(end, RequestEnd)
    deltas = [e for e in events if isinstance(e, TextDelta)]
    return ["".join(e.text for e in deltas if e.index == index) for index in range(n)], end


def test_it_is_known_that_the_memory_cannot_be_cut(loop: EngineLoop):
    assert not loop.backend.can_rewind


def test_a_model_without_a_name_is_called_like_its_file(loop: EngineLoop, model: Path):
    assert loop.backend.model.name == model.stem == "tiny"
    assert open_vocabulary(model)[0].name == "tiny"


def test_answering_again_reads_one_token_and_says_the_same(loop: EngineLoop):
    prompt = loop.backend.vocabulary.tokenize("What is this app? It is a chat program. " * 3)
    first, _ = ask(loop, "a", prompt)
    again, end = ask(loop, "b", prompt)
    assert end.reused_tokens == len(prompt) - 1
    assert again == first
    assert first[0]


def test_a_reused_conversation_goes_on_as_a_fresh_one(loop: EngineLoop, model: Path):
    vocabulary = loop.backend.vocabulary
    prompt = vocabulary.tokenize("Tell me about branches and ranks. " * 3)
    ask(loop, "other", vocabulary.tokenize("Something else, to fill the window. " * 6), n=3)
    (reply,), _ = ask(loop, "a", prompt)
    longer = [*prompt, *vocabulary.tokenize(reply)[:-1], *vocabulary.tokenize(" And then what happens?")]
    went_on, warm = ask(loop, "b", longer)
    assert warm.reused_tokens >= len(prompt) - 1
    fresh_loop = start(model)
    fresh, end = ask(fresh_loop, "b", longer)
    fresh_loop.close()
    assert end.reused_tokens == 0
    assert went_on == fresh


def test_replies_share_a_prompt_in_these_memories_too(loop: EngineLoop):
    prompt = loop.backend.vocabulary.tokenize("Rank these. " * 8)
    alone, _ = ask(loop, "a", prompt)
    together, _ = ask(loop, "b", prompt, n=4)
    assert together == alone * 4
    assert loop.stats().cells_free + loop.stats().cells_used == loop.stats().cells_total
    assert loop.healthy


def test_after_a_restart_a_conversation_goes_on_from_disk_and_says_the_same(model: Path, tmp_path: Path):
    states = tmp_path / "states"
    states.mkdir()
    first = start(model, states)
    vocabulary = first.backend.vocabulary
    prompt = vocabulary.tokenize("Tell me about branches and ranks. " * 14)
    (said,), _ = ask(first, "a", prompt)
    longer = [*prompt, *vocabulary.tokenize(" And what of the leaves, the trunk and the roots? " * 9)]
    (went_on,), _ = ask(first, "b", longer)
    first.close(save_within_s=20)
    for question, answer in ((longer, went_on), (prompt, said)):
        second = start(model, states)
        (again,), end = ask(second, "c", question)
        assert second.healthy
        assert second.stats().saved.restored_tokens == end.reused_tokens == len(question) - 1
        assert second.stats().saved.refused == 0
        second.close()
        assert again == answer
