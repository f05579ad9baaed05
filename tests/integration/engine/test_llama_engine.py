"""The engine on llama.cpp with the tour model: sharing, batching, stopping, and what a bare loop says."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from oa_desktop.engine.llama import LlamaBackend, LlamaOptions
from oa_desktop.engine.loop import EngineLoop
from oa_desktop.engine.requests import (
    Event,
    FinishReason,
    GenerationRequest,
    ReplyEnd,
    RequestEnd,
    RequestFailure,
    Sampling,
    TextDelta,
)
from oa_desktop.errors import ModelError

TOUR = Path(__file__).parents[3] / "resources" / "tour" / "tour.gguf"
pytestmark = [pytest.mark.model, pytest.mark.skipif(not TOUR.exists(), reason="no tour model")]

K50 = Sampling(temperature=0.75, top_k=50, top_p=0.95, repetition_penalty=1.2, seed=11)
GREEDY = Sampling(temperature=0)
WAIT_S = 60


class Answer:
    """Collects the events of one request."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.ended = threading.Event()
        self.speaking = threading.Event()

    def __call__(self, told: Sequence[Event]) -> None:
        self.events.extend(told)
        if any(isinstance(event, TextDelta) for event in told):
            self.speaking.set()
        if isinstance(told[-1], RequestEnd | RequestFailure):
            self.ended.set()

    def wait(self) -> RequestEnd:
        assert self.ended.wait(WAIT_S)
        end = self.events[-1]
        assert isinstance(end, RequestEnd)
        return end

    def text(self, index: int = 0) -> str:
        return "".join(e.text for e in self.events if isinstance(e, TextDelta) and e.index == index)

    def reasons(self) -> list[FinishReason]:
        return [e.reason for e in self.events if isinstance(e, ReplyEnd)]


class CountingBackend(LlamaBackend):
    """Counts the tokens it decodes."""

    decoded_tokens = 0

    def decode(self, batch):
        super().decode(batch)
        self.decoded_tokens += len(batch)


@pytest.fixture
def backend() -> CountingBackend:
    return CountingBackend.open(TOUR, LlamaOptions(n_ctx=512, cells=4096, threads=1))


@pytest.fixture
def loop(backend: CountingBackend) -> Iterator[EngineLoop]:
    backend.decoded_tokens = 0
    loop = EngineLoop(backend)
    loop.start()
    yield loop
    loop.close()


def chat(backend: LlamaBackend, *turns: str) -> tuple[int, ...]:
    """Turns of prompter and assistant in the format of Open Assistant, up to the next reply."""
    vocabulary = backend.vocabulary
    eos = vocabulary.eos
    assert eos is not None
    tokens: list[int] = []
    for index, text in enumerate((*turns, "")):
        role = vocabulary.special_token(("<|prompter|>", "<|assistant|>")[index % 2])
        assert role is not None
        tokens += [role, *vocabulary.tokenize(text), *([eos] if text else [])]
    return tuple(tokens)


def ask(loop: EngineLoop, request: GenerationRequest) -> Answer:
    answer = Answer()
    loop.submit(request, answer)
    return answer


def bare_greedy(prompt: tuple[int, ...], max_tokens: int) -> str:
    """The plainest loop over llama.cpp: one sequence, one batch per token, highest logit."""
    import ctypes

    import numpy as np
    from llama_cpp import llama_cpp as native

    model = native.llama_model_load_from_file(str(TOUR).encode(), native.llama_model_default_params())
    params = native.llama_context_default_params()
    params.n_ctx, params.n_batch, params.n_threads, params.n_threads_batch = 512, 512, 1, 1
    context = native.llama_init_from_model(model, params)
    vocab = native.llama_model_get_vocab(model)
    size = native.llama_vocab_n_tokens(vocab)
    fed, text = list(prompt), b""
    for _ in range(max_tokens):
        array = (native.llama_token * len(fed))(*fed)
        assert native.llama_decode(context, native.llama_batch_get_one(array, len(fed))) == 0
        logits = np.ctypeslib.as_array(native.llama_get_logits_ith(context, -1), shape=(size,))
        token = int(logits.argmax())
        if native.llama_vocab_is_eog(vocab, token):
            break
        buffer = ctypes.create_string_buffer(64)
        length = native.llama_token_to_piece(vocab, token, buffer, 64, 0, False)
        text += buffer.raw[:length]
        fed = [token]
    native.llama_free(context)
    native.llama_model_free(model)
    return text.decode(errors="replace")


@pytest.mark.parametrize("question", ["What is this app?", "What does ranking do?", "你好", "Cuéntame algo."])
def test_greedy_says_what_a_bare_loop_says(loop: EngineLoop, backend: CountingBackend, question: str):
    prompt = chat(backend, question)
    answer = ask(loop, GenerationRequest("a", prompt, max_tokens=48, sampling=GREEDY))
    answer.wait()
    assert answer.text()
    assert answer.text() == bare_greedy(prompt, 48)


def test_four_replies_cost_one_prompt(loop: EngineLoop, backend: CountingBackend):
    prompt = chat(backend, "Tell me about the open assistant. " * 10)
    lively = Sampling(temperature=2.0, seed=11)
    answer = ask(loop, GenerationRequest("a", prompt, n=4, max_tokens=24, sampling=lively, ignore_eos=True))
    end = answer.wait()
    assert end.completion_tokens == 4 * 24
    assert backend.decoded_tokens == len(prompt) + 4 * 23
    assert len({answer.text(i) for i in range(4)}) == 4
    assert answer.reasons() == [FinishReason.LENGTH] * 4


def test_sixteen_requests_run_side_by_side(loop: EngineLoop, backend: CountingBackend):
    requests = [
        GenerationRequest(
            str(i), chat(backend, f"Question number {i}?"), max_tokens=16, sampling=K50, ignore_eos=True
        )
        for i in range(16)
    ]
    answers = [ask(loop, request) for request in requests]
    for answer in answers:
        assert answer.wait().completion_tokens == 16
    assert loop.stats().steps < 16 * 16 / 4
    assert loop.stats().cells_free + loop.stats().cells_used == backend.cells


def test_e15_a_stopped_reply_stops_and_the_next_one_is_right(loop: EngineLoop, backend: CountingBackend):
    prompt = chat(backend, "Tell me a long story.")
    first = ask(loop, GenerationRequest("a", prompt, n=2, max_tokens=400, sampling=K50, ignore_eos=True))
    assert first.speaking.wait(WAIT_S)
    for _ in range(10):
        loop.cancel("a")
    end = first.wait()
    assert first.reasons() == [FinishReason.CANCELLED] * 2
    assert end.completion_tokens < 800
    second = ask(loop, GenerationRequest("a", prompt, max_tokens=48, sampling=GREEDY))
    assert second.wait().reused_tokens == len(prompt) - 1
    assert second.text() == bare_greedy(prompt, 48)
    assert loop.stats().sequences == 0


def test_hopping_to_another_branch_reads_only_what_differs(loop: EngineLoop, backend: CountingBackend):
    opening = ("What is this app? " * 8, "It is a chat program. " * 8)
    left = chat(backend, *opening, "How do I rank?")
    right = chat(backend, *opening, "How do I export?")
    common = next(i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b)
    ask(loop, GenerationRequest("left", left, max_tokens=16, sampling=GREEDY)).wait()
    there = ask(loop, GenerationRequest("right", right, max_tokens=16, sampling=GREEDY))
    assert there.wait().reused_tokens == common
    back = ask(loop, GenerationRequest("back", left, max_tokens=16, sampling=GREEDY))
    assert back.wait().reused_tokens == len(left) - 1
    assert back.text() == bare_greedy(left, 16)
    assert there.text() == bare_greedy(right, 16)


def test_the_next_turn_goes_on_from_the_reply(loop: EngineLoop, backend: CountingBackend):
    first = chat(backend, "What is this app?")
    answer = ask(loop, GenerationRequest("a", first, max_tokens=48, sampling=GREEDY))
    end = answer.wait()
    second = chat(backend, "What is this app?", answer.text(), "And then?")
    follow_up = ask(loop, GenerationRequest("b", second, max_tokens=8, sampling=GREEDY)).wait()
    assert follow_up.reused_tokens >= len(first) + end.completion_tokens - 1


def test_the_same_request_alone_gives_the_same_text(loop: EngineLoop, backend: CountingBackend):
    request = GenerationRequest("a", chat(backend, "Say something."), n=3, max_tokens=32, sampling=K50)
    texts = []
    for number in range(2):
        answer = ask(loop, replace(request, id=str(number)))
        answer.wait()
        texts.append([answer.text(i) for i in range(3)])
    assert texts[0] == texts[1]


def test_the_repetition_penalty_sees_the_prompt(loop: EngineLoop, backend: CountingBackend):
    prompt = chat(backend, "What is this app?")
    plain = ask(loop, GenerationRequest("a", prompt, max_tokens=48, sampling=GREEDY))
    plain.wait()
    repeated = (*backend.vocabulary.tokenize(plain.text()), *prompt)
    penalty = replace(GREEDY, repetition_penalty=100.0)
    punished = ask(loop, GenerationRequest("b", repeated, max_tokens=8, sampling=penalty, ignore_eos=True))
    punished.wait()
    sampled = backend.vocabulary.tokenize(punished.text())
    assert set(sampled).isdisjoint(repeated)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"GGUF", "model-incomplete"),
        (b"\x00" * 4096, "model-rejected"),
        (None, "model-incomplete"),
    ],
)
def test_e05_a_damaged_file_is_one_sentence(tmp_path: Path, content: bytes | None, code: str):
    damaged = tmp_path / "damaged.gguf"
    whole = TOUR.read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(ModelError, match=r"damaged\.gguf") as caught:
        LlamaBackend.open(damaged)
    assert caught.value.code == code


def test_loading_reports_progress():
    seen: list[float] = []
    LlamaBackend.open(TOUR, LlamaOptions(n_ctx=256), seen.append).close()
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_vocabulary_can_be_used_while_and_after_its_backend_closes(backend: CountingBackend):
    vocabulary = backend.vocabulary
    tokens = vocabulary.tokenize("still here")
    backend.close()
    backend.close()
    assert vocabulary.tokenize("still here") == tokens


def test_a_request_the_model_cannot_decode_fails_alone(loop: EngineLoop, backend: CountingBackend):
    good = ask(loop, GenerationRequest("good", chat(backend, "Hello"), max_tokens=8, sampling=K50))
    bad = ask(loop, GenerationRequest("bad", (5, backend.vocabulary.size + 3), max_tokens=8))
    assert isinstance(good.wait(), RequestEnd)
    assert bad.ended.wait(WAIT_S)
    end = bad.events[-1]
    assert isinstance(end, RequestFailure)
    assert end.code == "bad-batch"
    assert loop.healthy


@pytest.mark.parametrize(
    "preset",
    [
        Sampling(temperature=0.75, top_k=50, top_p=0.95, repetition_penalty=1.2),
        Sampling(temperature=0.35, top_k=50, repetition_penalty=1 / 0.9),
        Sampling(temperature=0.8, top_p=0.9, repetition_penalty=1.2),
        Sampling(temperature=0.8, typical_p=0.2, repetition_penalty=1.2),
        Sampling(temperature=1.0, frequency_penalty=0.5, presence_penalty=0.5),
    ],
)
def test_every_kind_of_preset_gives_a_reply(loop: EngineLoop, backend: CountingBackend, preset: Sampling):
    answer = ask(
        loop, GenerationRequest("a", chat(backend, "What is this app?"), max_tokens=32, sampling=preset)
    )
    answer.wait()
    assert answer.text().strip()


@pytest.fixture
def plain_markers(tmp_path: Path) -> Path:
    """The tour model with its role tokens listed as user-defined text, as old conversions have them."""
    import shutil

    from gguf import GGUFReader

    path = tmp_path / "plain.gguf"
    shutil.copy(TOUR, path)
    reader = GGUFReader(path, "r+")
    names, kinds = (reader.fields[f"tokenizer.ggml.{key}"] for key in ("tokens", "token_type"))
    for name, kind in zip(names.data, kinds.data, strict=True):
        if bytes(names.parts[name]).startswith((b"<|prompter", b"<|assistant")):
            kinds.parts[kind][0] = 4
    reader.data.flush()
    return path


def test_a_pasted_role_marker_is_text_even_when_the_file_says_it_is_a_word(plain_markers: Path):
    backend = LlamaBackend.open(plain_markers, LlamaOptions(n_ctx=256))
    vocabulary = backend.vocabulary
    role = vocabulary.special_token("<|prompter|>")
    assert role is not None
    pasted = "a <|prompter|><|assistant|> b<|prompter|>"
    tokens = vocabulary.tokenize(pasted)
    assert role not in tokens
    assert vocabulary.special_token("<|assistant|>") not in tokens
    assert b"".join(map(vocabulary.piece, tokens)).decode() == pasted
    assert vocabulary.tokenize("<|prompter|>", special=True) == [role]
    assert vocabulary.piece(role) == b""
    backend.close()
