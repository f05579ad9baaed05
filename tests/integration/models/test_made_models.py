"""The models with random weights: the right size, accepted by our own check, and alive in llama.cpp."""

import threading
from collections.abc import Sequence
from pathlib import Path

import llama_cpp
import numpy as np
import pytest

from oa_desktop.engine.llama import LlamaBackend, LlamaOptions
from oa_desktop.engine.loop import EngineLoop
from oa_desktop.engine.prompts.renderer import PromptRenderer
from oa_desktop.engine.requests import Event, GenerationRequest, RequestEnd, RequestFailure, Sampling
from oa_desktop.gguf.check import check_model
from oa_desktop.gguf.families import PromptFamily

ROOT = Path(__file__).parents[3]
NAMED = {"pythia-160m": 160e6, "pythia-1.4b": 1.4e9, "llama-1.1b": 1.1e9, "llama-7b": 6.74e9}
"""How many parameters the model of a name has; Llama 7B is rounded up by its own name."""
TEXT = "Why is the sky blue? 李 🙂"
WAIT_S = 60


@pytest.fixture
def make_model(monkeypatch):
    """The program, which stands outside the package."""
    monkeypatch.syspath_prepend(ROOT / "packaging")
    import make_model

    return make_model


def tiny(make_model, architecture):
    neox = architecture == "gptneox"
    return make_model.Shape(
        architecture,
        "Q8_0" if neox else "Q4_0",
        layers=2,
        width=64,
        heads=4,
        kv_heads=4 if neox else 2,
        feed_forward=96,
        rotary=8 if neox else 16,
        vocabulary=512,
        context=256,
    )


@pytest.mark.parametrize("name", NAMED)
def test_a_shape_has_the_parameters_of_its_name(make_model, name):
    shape = make_model.SHAPES[name]
    assert shape.parameters == pytest.approx(NAMED[name], rel=0.02)
    assert shape.width % shape.heads == shape.heads % shape.kv_heads == 0
    assert shape.rotary <= shape.width // shape.heads
    matrices = [tensor.size for tensor in shape.tensors() if len(tensor.size) == 2]
    assert all(columns % 32 == 0 for _, columns in matrices), "a block of weights has 32"


@pytest.mark.parametrize("name", NAMED)
def test_no_shape_has_a_token_twice(make_model, name):
    tokens = make_model.vocabulary(make_model.SHAPES[name].vocabulary)
    assert len(set(tokens)) == len(tokens) == make_model.SHAPES[name].vocabulary


def test_every_shape_is_tested_and_in_the_docs(make_model):
    page = (ROOT / "docs" / "development.md").read_text(encoding="utf-8")
    assert make_model.SHAPES.keys() == NAMED.keys()
    for name, shape in make_model.SHAPES.items():
        millions = f"{shape.parameters / 1e6:,.0f} million"
        assert f"| `{name}` | {shape.architecture} | {shape.quantisation} | {millions} |" in page


def test_a_written_pythia_passes_the_check_of_its_header(make_model, tmp_path):
    out = tmp_path / "pythia.gguf"
    assert make_model.main(["pythia-160m", str(out)]) == 0
    facts = check_model(out).facts
    shape = make_model.SHAPES["pythia-160m"]
    assert facts.parameter_count == shape.parameters
    assert (facts.architecture, facts.quantisation, facts.context_tokens) == ("gptneox", "Q8_0", 2048)
    assert (facts.shape.layers, facts.shape.embedding_length) == (12, 768)
    assert (facts.shape.kv_heads, facts.shape.vocabulary_size) == ((12,) * 12, 50304)
    assert facts.family is PromptFamily.OASST
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("arguments", [[], ["pythia-160m"], ["gpt-5", "x.gguf"]])
def test_a_wrong_command_line_is_explained(make_model, arguments, capsys):
    assert make_model.main(arguments) == 2
    assert "pythia-160m" in capsys.readouterr().err


def test_the_same_shape_gives_the_same_file(make_model, tmp_path):
    for name in ("a", "b"):
        make_model.write_model(tiny(make_model, "llama"), "tiny", tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_nothing_is_left_of_a_file_that_could_not_be_finished(make_model, tmp_path, monkeypatch):
    def full(*_arguments):
        raise OSError("no space left")

    monkeypatch.setattr(make_model, "_values", full)
    with pytest.raises(OSError, match="no space"):
        make_model.write_model(tiny(make_model, "llama"), "tiny", tmp_path / "a.gguf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.model
@pytest.mark.parametrize("architecture", ["gptneox", "llama"])
def test_a_made_model_answers_in_llama_cpp(make_model, tmp_path, architecture):
    path = tmp_path / "tiny.gguf"
    shape = tiny(make_model, architecture)
    make_model.write_model(shape, "tiny", path)
    assert check_model(path).facts.family is PromptFamily.OASST
    backend = LlamaBackend.open(path, LlamaOptions(n_ctx=256, cells=1024, threads=1))
    assert backend.model.parameter_count == shape.parameters
    vocabulary = backend.vocabulary
    assert vocabulary.eos is not None
    assert (vocabulary.size, vocabulary.eos in vocabulary.end_tokens) == (512, True)
    assert all(vocabulary.special_token(role) is not None for role in make_model.ROLES)
    assert b"".join(map(vocabulary.piece, vocabulary.tokenize(TEXT))).decode() == TEXT
    assert PromptRenderer(backend.model, vocabulary, None, context_tokens=256).name == "oasst"
    assert_two_replies_of_forty_tokens(backend)
    assert_finite_logits(path)


def assert_finite_logits(path: Path) -> None:
    llama = llama_cpp.Llama(str(path), n_ctx=256, n_threads=1, logits_all=True, verbose=False)
    llama.eval(llama.tokenize(TEXT.encode(), add_bos=False))
    logits = llama.scores[: llama.n_tokens]
    assert np.isfinite(logits).all()
    assert 0.01 < logits.std() < 10
    llama.close()


def assert_two_replies_of_forty_tokens(backend: LlamaBackend) -> None:
    events: list[Event] = []
    ended = threading.Event()

    def listen(told: Sequence[Event]) -> None:
        events.extend(told)
        if isinstance(told[-1], RequestEnd | RequestFailure):
            ended.set()

    prompt = tuple(backend.vocabulary.tokenize(TEXT))
    loop = EngineLoop(backend)
    loop.start()
    try:
        sampling = Sampling(seed=1, top_k=50)
        loop.submit(GenerationRequest("a", prompt, 2, 40, sampling, ignore_eos=True), listen)
        assert ended.wait(WAIT_S)
    finally:
        loop.close()
    assert events[-1] == RequestEnd("a", len(prompt), 0, 80)
