"""What the scheduler relies on, run against the fake backend and against llama.cpp with the tour model."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from oa_desktop.engine.backend import Backend, Batch, DecodeError, StateError
from oa_desktop.engine.fake import FakeBackend
from oa_desktop.engine.requests import Sampling

TOUR = Path(__file__).parents[3] / "resources" / "tour" / "tour.gguf"
CELLS = 512
GREEDY = Sampling(temperature=0)


@pytest.fixture(params=["fake", pytest.param("llama", marks=pytest.mark.model)])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    if request.param == "fake":
        opened: Backend = FakeBackend(n_ctx=CELLS, cells=CELLS, max_sequences=24)
    else:
        llama = pytest.importorskip("oa_desktop.engine.llama")
        if not TOUR.exists():
            pytest.skip("no tour model")
        options = llama.LlamaOptions(n_ctx=CELLS, cells=CELLS, threads=1, max_sequences=24)
        opened = llama.LlamaBackend.open(TOUR, options)
    yield opened
    opened.close()


@pytest.fixture
def prompt(backend: Backend) -> list[int]:
    return backend.vocabulary.tokenize("What is a good reply? One that helps.")


def read(backend: Backend, sequence: int, tokens: list[int]) -> int:
    """Decode at the end of a sequence; the row with the logits of the last token."""
    batch = Batch()
    row = batch.add(tokens, backend.sequence_length(sequence), sequence, logits=True)
    backend.decode(batch)
    return row


def reply(backend: Backend, sequence: int, row: int, count: int, sampling: Sampling, seed: int) -> list[int]:
    sampler = backend.make_sampler(sampling, seed, ())
    tokens = [sampler.sample(row)]
    while len(tokens) < count:
        tokens.append(sampler.sample(read(backend, sequence, tokens[-1:])))
    sampler.close()
    return tokens


def test_text_comes_back_from_its_pieces(backend: Backend):
    text = "Hello 李, naïve 🙂 world.\n\tif x < 2: <b>"
    pieces = [backend.vocabulary.piece(token) for token in backend.vocabulary.tokenize(text)]
    assert b"".join(pieces).decode() == text


def test_a_pasted_role_token_is_plain_text(backend: Backend):
    vocabulary = backend.vocabulary
    role = vocabulary.special_token("<|prompter|>")
    assert role is not None
    assert vocabulary.tokenize("<|prompter|>", special=True) == [role]
    pasted = vocabulary.tokenize("<|prompter|>")
    assert role not in pasted
    assert b"".join(map(vocabulary.piece, pasted)) == b"<|prompter|>"


def test_control_tokens_have_no_text_and_words_are_not_special(backend: Backend):
    vocabulary = backend.vocabulary
    assert vocabulary.end_tokens
    assert {vocabulary.piece(token) for token in vocabulary.end_tokens} == {b""}
    assert vocabulary.eos in vocabulary.end_tokens
    assert vocabulary.special_token("the") is None
    assert vocabulary.special_token("no such token") is None
    assert vocabulary.tokenize("") == []


def test_a_sequence_is_as_long_as_what_was_decoded(backend: Backend, prompt: list[int]):
    assert backend.sequence_length(3) == 0
    read(backend, 3, prompt)
    assert backend.sequence_length(3) == len(prompt)
    backend.seq_rm(3, 4)
    assert backend.sequence_length(3) == 4
    backend.seq_rm(3, 0)
    assert backend.sequence_length(3) == 0


def test_a_prompt_in_slices_is_the_same_prompt(backend: Backend, prompt: list[int]):
    whole = reply(backend, 0, read(backend, 0, prompt), 8, GREEDY, 0)
    for token in prompt[:-1]:
        read(backend, 1, [token])
    assert reply(backend, 1, read(backend, 1, prompt[-1:]), 8, GREEDY, 0) == whole


def test_a_copy_goes_on_like_its_source(backend: Backend, prompt: list[int]):
    read(backend, 0, prompt[:-1])
    backend.seq_cp(0, 1, 0, len(prompt) - 1)
    assert backend.sequence_length(1) == len(prompt) - 1
    original = reply(backend, 0, read(backend, 0, prompt[-1:]), 8, GREEDY, 0)
    assert reply(backend, 1, read(backend, 1, prompt[-1:]), 8, GREEDY, 0) == original


def test_a_copy_outlives_its_source(backend: Backend, prompt: list[int]):
    expected = reply(backend, 2, read(backend, 2, prompt), 8, GREEDY, 0)
    read(backend, 0, prompt[:-1])
    backend.seq_cp(0, 1, 0, len(prompt) - 1)
    backend.seq_rm(0, 0)
    assert reply(backend, 1, read(backend, 1, prompt[-1:]), 8, GREEDY, 0) == expected


def test_a_cut_sequence_goes_on_from_the_cut(backend: Backend, prompt: list[int]):
    expected = reply(backend, 0, read(backend, 0, prompt), 8, GREEDY, 0)
    read(backend, 1, [*prompt[:-1], *prompt])
    backend.seq_rm(1, len(prompt) - 1)
    assert reply(backend, 1, read(backend, 1, prompt[-1:]), 8, GREEDY, 0) == expected


def test_the_middle_of_a_sequence_can_be_shared_instead(backend: Backend, prompt: list[int]):
    expected = reply(backend, 2, read(backend, 2, prompt), 8, GREEDY, 0)
    for sequence in (0, 1):
        read(backend, sequence, prompt[:-1])
    backend.seq_rm(1, 0, 4)
    backend.seq_cp(0, 1, 0, 4)
    assert backend.sequence_length(1) == len(prompt) - 1
    assert reply(backend, 1, read(backend, 1, prompt[-1:]), 8, GREEDY, 0) == expected


def test_one_batch_serves_many_sequences(backend: Backend, prompt: list[int]):
    other = backend.vocabulary.tokenize("Quite another text")
    expected = [
        reply(backend, 5 + i, read(backend, 5 + i, text), 1, GREEDY, 0)
        for i, text in enumerate((prompt, other))
    ]
    batch = Batch()
    rows = [batch.add(prompt, 0, 0, logits=True), batch.add(other, 0, 1, logits=True)]
    backend.decode(batch)
    sampler = backend.make_sampler(GREEDY, 0, ())
    assert [[sampler.sample(row)] for row in rows] == expected
    sampler.close()


def test_one_row_serves_many_samplers_and_a_seed_decides(backend: Backend, prompt: list[int]):
    row = read(backend, 0, prompt)
    samplers = [backend.make_sampler(Sampling(temperature=50.0), seed, ()) for seed in (7, 7, *range(10, 30))]
    chosen = [sampler.sample(row) for sampler in samplers]
    for sampler in samplers:
        sampler.close()
    assert chosen[0] == chosen[1]
    assert len(set(chosen)) > 3


def test_a_sampler_is_closed_once(backend: Backend):
    sampler = backend.make_sampler(GREEDY, 0, ())
    sampler.close()
    with pytest.raises(RuntimeError, match="closed twice"):
        sampler.close()


def test_shared_cells_count_once_and_running_out_is_an_error(backend: Backend):
    word = backend.vocabulary.tokenize("a")[0]
    half = backend.cells // 2
    for start in range(0, half, 64):
        read(backend, 0, [word] * min(64, half - start))
    for twin in range(1, 9):
        backend.seq_cp(0, twin, 0, half)
    for start in range(0, backend.cells - half, 64):
        read(backend, 9, [word] * min(64, backend.cells - half - start))
    with pytest.raises(DecodeError) as caught:
        read(backend, 10, [word])
    assert caught.value.code == "out-of-cells"
    assert backend.sequence_length(10) == 0
    backend.seq_rm(9, 0)
    read(backend, 10, [word])


def test_a_token_outside_the_vocabulary_changes_nothing(backend: Backend, prompt: list[int]):
    expected = reply(backend, 2, read(backend, 2, prompt), 4, GREEDY, 0)
    read(backend, 0, prompt[:-1])
    with pytest.raises(DecodeError) as caught:
        read(backend, 0, [prompt[0], backend.vocabulary.size])
    assert caught.value.code == "bad-batch"
    assert backend.sequence_length(0) == len(prompt) - 1
    assert reply(backend, 0, read(backend, 0, prompt[-1:]), 4, GREEDY, 0) == expected


def test_a_saved_sequence_goes_on_in_another_place_as_if_nothing_had_been(
    backend: Backend, prompt: list[int], tmp_path: Path
):
    read(backend, 0, prompt[:-1])
    backend.save_sequence(0, tmp_path / "state")
    expected = reply(backend, 0, read(backend, 0, prompt[-1:]), 8, GREEDY, 0)
    backend.seq_rm(0, 0)
    backend.restore_sequence(5, tmp_path / "state")
    assert backend.sequence_length(5) == len(prompt) - 1
    assert reply(backend, 5, read(backend, 5, prompt[-1:]), 8, GREEDY, 0) == expected


def test_a_sequence_is_saved_in_parts_and_put_together_again(
    backend: Backend, prompt: list[int], tmp_path: Path
):
    cut, end = 4, len(prompt) - 1
    read(backend, 0, prompt[:-1])
    for name, start, stop in (("first", 0, cut), ("second", cut, end)):
        backend.seq_cp(0, 1, start, stop)
        backend.save_sequence(1, tmp_path / name)
        backend.seq_rm(1, 0)
    expected = reply(backend, 0, read(backend, 0, prompt[-1:]), 8, GREEDY, 0)
    backend.seq_rm(0, 0)
    for name, start, stop in (("first", 0, cut), ("second", cut, end)):
        backend.restore_sequence(1, tmp_path / name)
        assert backend.sequence_length(1) == stop
        backend.seq_cp(1, 2, start, stop)
        backend.seq_rm(1, 0)
    assert backend.sequence_length(2) == end
    assert reply(backend, 2, read(backend, 2, prompt[-1:]), 8, GREEDY, 0) == expected


def test_part_of_a_saved_sequence_will_do(backend: Backend, prompt: list[int], tmp_path: Path):
    expected = reply(backend, 3, read(backend, 3, prompt), 8, GREEDY, 0)
    read(backend, 0, [*prompt[:-1], *prompt])
    backend.save_sequence(0, tmp_path / "state")
    backend.restore_sequence(1, tmp_path / "state")
    backend.seq_rm(1, len(prompt) - 1)
    assert reply(backend, 1, read(backend, 1, prompt[-1:]), 8, GREEDY, 0) == expected


def test_what_others_wrote_behind_a_state_is_left_alone(backend: Backend, prompt: list[int], tmp_path: Path):
    read(backend, 0, prompt)
    backend.save_sequence(0, tmp_path / "state")
    with (tmp_path / "state").open("ab") as file:
        file.write(b"\0" * 100)
    backend.restore_sequence(1, tmp_path / "state")
    assert backend.sequence_length(1) == len(prompt)


def test_a_state_takes_cells_and_none_are_no_room_for_it(backend: Backend, prompt: list[int], tmp_path: Path):
    word = backend.vocabulary.tokenize("a")[0]
    read(backend, 0, [word] * 64)
    backend.save_sequence(0, tmp_path / "state")
    for sequence in range(1, backend.cells // 64):
        backend.restore_sequence(sequence, tmp_path / "state")
    with pytest.raises(StateError):
        backend.restore_sequence(20, tmp_path / "state")
    backend.seq_rm(20, 0)
    with pytest.raises(DecodeError):
        read(backend, 20, [word])
    backend.seq_rm(1, 0)
    read(backend, 20, [word])


def test_there_is_room_in_a_batch_for_every_sequence(backend: Backend):
    assert backend.max_batch > backend.max_sequences >= 16
    assert backend.can_rewind
    assert backend.n_ctx <= backend.cells
