"""What an engine has read, the next one takes from disk: the same text, nothing read twice."""

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oa_desktop.engine.backend import Batch, StateError
from oa_desktop.engine.fake import FakeBackend, expected_tokens
from oa_desktop.engine.requests import RequestEnd
from oa_desktop.engine.resume import saving
from oa_desktop.engine.resume.eviction import Limits
from oa_desktop.engine.resume.segment import branch_name

from .branches import NO_SPARE, Engine, expected, names, request, words


def test_a_branch_goes_on_after_a_restart_without_being_read_again(tmp_path: Path):
    prompt = words(300)
    first = Engine(tmp_path)
    first.ask(prompt)
    first.save()
    second = Engine(tmp_path)
    answer = second.ask(prompt)
    assert answer.texts == [expected(prompt)]
    assert answer.end.reused_tokens == 299
    assert second.backend.decoded_tokens == 1 + 7
    assert second.saved.counts().restored_tokens == 299
    assert first.saved.counts().branches == second.saved.counts().branches == 1


def test_what_is_not_saved_when_the_engine_ends_is_saved_then(tmp_path: Path):
    prompt = words(300)
    first = Engine(tmp_path)
    first.ask(prompt)
    first.stop()
    assert Engine(tmp_path).ask(prompt).end.reused_tokens == 299


def test_nothing_is_saved_when_there_is_no_time(tmp_path: Path):
    first = Engine(tmp_path)
    first.ask(words(300))
    first.scheduler.close()
    first.saved.close(0)
    assert not names(tmp_path)


def test_four_replies_to_one_prompt_save_the_prompt_once(tmp_path: Path):
    prompt = words(500)
    first = Engine(tmp_path)
    branches = [[*prompt, *words(100, salt)] for salt in (1, 2, 3, 4)]
    for branch in branches:
        first.ask(branch)
    first.save()
    sizes = sorted(path.stat().st_size for path in tmp_path.glob("*/*.kv"))
    assert len(sizes) == 5, "the prompt and the first reply in two pieces, and the other three replies"
    assert sum(sizes[:3]) < sizes[4]
    assert first.saved.counts().branches == 4
    second = Engine(tmp_path)
    for branch in branches:
        answer = second.ask(branch)
        assert answer.texts == [expected(branch)]
        assert answer.end.reused_tokens == len(branch) - 1
    assert second.saved.counts().restored_tokens == 599 + 3 * 99


def test_a_conversation_that_grows_writes_only_what_is_new(tmp_path: Path):
    engine, prompt, written = Engine(tmp_path), words(200), []
    for turn in range(4):
        prompt = [*prompt, *words(100, turn)]
        engine.ask(prompt)
        engine.save()
        written.append(max(path.stat().st_size for path in tmp_path.glob("*/*.kv")))
    assert len(names(tmp_path)) == 4
    assert written == [written[0]] * 4
    assert Engine(tmp_path).ask(prompt).end.reused_tokens == len(prompt) - 1


def test_long_branches_are_saved_in_pieces_so_that_nobody_waits_for_long(tmp_path: Path):
    prompt = words(2500)
    first = Engine(tmp_path, FakeBackend(n_ctx=4096))
    first.ask(prompt)
    first.save()
    assert len(names(tmp_path)) == 4, "256, 1024, 1024 and the rest"
    second = Engine(tmp_path, FakeBackend(n_ctx=4096))
    assert second.ask(prompt).texts == [expected(prompt)]
    assert second.saved.counts().restored_tokens == 2499


def test_pieces_are_as_long_as_their_bytes_allow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(saving, "SEGMENT_BYTES", 1600)
    first = Engine(tmp_path, FakeBackend(n_ctx=4096))
    first.ask(words(2500))
    first.save()
    sizes = sorted(path.stat().st_size for path in tmp_path.glob("*/*"))
    assert len(sizes) > 20
    assert max(sizes[:-1]) < 1.2 * 1600, "but for the first, which shows how much a token takes"


def test_replies_that_run_get_a_token_between_two_pieces_from_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(saving, "SEGMENT_BYTES", 1600)
    prompt = words(800)
    first = Engine(tmp_path)
    first.ask(prompt)
    first.save()
    pieces = len(names(tmp_path))
    assert pieces >= 6
    second = Engine(tmp_path)
    second.scheduler.submit(request("running", words(30, 5), max_tokens=100))
    second.scheduler.step()
    second.scheduler.submit(request("restored", prompt))
    generated = [second.scheduler.tally.generated_tokens]
    for _ in range(pieces):
        second.scheduler.step()
        second.check()
        generated.append(second.scheduler.tally.generated_tokens)
    assert second.saved.counts().restored_tokens == 799
    assert all(later > before for before, later in itertools.pairwise(generated))
    second.scheduler.close()


def test_a_request_cancelled_between_two_pieces_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(saving, "SEGMENT_BYTES", 1600)
    first = Engine(tmp_path)
    first.ask(words(800))
    first.save()
    second = Engine(tmp_path)
    second.scheduler.submit(request("cancelled", words(800)))
    second.scheduler.step()
    assert 0 < second.saved.counts().restored_tokens < 700
    second.scheduler.cancel("cancelled")
    second.check()
    other = words(300, 4)
    assert second.ask(other).texts == [expected(other)]
    assert second.ask(words(800)).end.reused_tokens == 799


def test_two_requests_for_one_saved_prompt_share_its_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(saving, "SEGMENT_BYTES", 1600)
    first = Engine(tmp_path)
    first.ask(words(800))
    first.save()
    second = Engine(tmp_path)
    for name in "ab":
        second.scheduler.submit(request(name, words(800)))
    events = []
    while second.scheduler.has_work:
        events += second.scheduler.step()
        second.check()
    assert second.saved.counts().restored_tokens == 799
    assert [e.reused_tokens for e in events if isinstance(e, RequestEnd)] == [799, 799]


def test_less_than_64_tokens_are_neither_saved_nor_restored(tmp_path: Path):
    first = Engine(tmp_path)
    first.ask(words(55))
    first.save()
    assert not names(tmp_path)
    first.ask(words(100))
    first.save()
    second = Engine(tmp_path)
    second.ask(words(64))
    assert second.saved.counts().restored_tokens == 0
    second = Engine(tmp_path)
    second.ask(words(65))
    assert second.saved.counts().restored_tokens == 64


def test_the_disk_helps_only_where_the_memory_does_not_reach(tmp_path: Path):
    prompt = words(400)
    first = Engine(tmp_path)
    first.ask(prompt)
    first.save()
    second = Engine(tmp_path)
    second.ask(prompt[:250])
    assert second.saved.counts().restored_tokens == 249
    answer = second.ask(prompt)
    assert answer.texts == [expected(prompt)]
    assert second.saved.counts().restored_tokens == 398, "one was read by the model"
    assert second.backend.decoded_tokens == 2 * (1 + 7)


def test_a_memory_that_cannot_be_cut_goes_on_from_whole_branches(tmp_path: Path):
    prompt = words(300)
    first = Engine(tmp_path, FakeBackend(can_rewind=False))
    first.ask(prompt)
    first.save()
    assert first.saved.counts().branches == 1, "the reply's branch is less than 64 tokens longer"
    second = Engine(tmp_path, FakeBackend(can_rewind=False))
    longer = [*prompt, *words(100, 3)]
    answer = second.ask(longer)
    assert answer.texts == [expected(longer)]
    second.save()
    third = Engine(tmp_path, FakeBackend(can_rewind=False))
    again = third.ask(longer)
    assert again.texts == [expected(longer)]
    assert third.saved.counts().restored_tokens == again.end.reused_tokens >= 299


def test_a_restored_branch_takes_the_place_of_others_but_never_more_than_there_is(tmp_path: Path):
    small = {"n_ctx": 512, "cells": 640}
    first = Engine(tmp_path, FakeBackend(**small))
    for salt in range(4):
        first.ask(words(400, salt))
        first.save()
    second = Engine(tmp_path, FakeBackend(**small))
    for salt in range(4):
        answer = second.ask(words(400, salt))
        assert answer.texts == [expected(words(400, salt))]
        assert answer.end.reused_tokens == 399


def test_what_needs_more_room_for_a_moment_than_there_is_is_read_instead(tmp_path: Path):
    small = {"n_ctx": 512, "cells": 512}
    first = Engine(tmp_path, FakeBackend(**small))
    first.ask(words(450))
    first.save()
    second = Engine(tmp_path, FakeBackend(**small))
    hold(second, words(300, 3))
    shared = words(450)[:100]
    answer = second.ask(shared)
    assert answer.texts == [expected(shared)]
    assert second.saved.counts().restored_tokens == 0


def test_a_memory_that_cannot_be_cut_shares_what_runs_rather_than_take_it_twice(tmp_path: Path):
    first = Engine(tmp_path, FakeBackend(can_rewind=False))
    first.ask(words(300))
    first.save()
    second = Engine(tmp_path, FakeBackend(can_rewind=False))
    hold(second, words(100))
    sequence = second.saved.acquire(words(300)[:-1])
    assert second.scheduler.tree.length(sequence) == 100
    assert second.saved.counts().restored_tokens == 0


def hold(engine: Engine, tokens: list[int]) -> int:
    """A live sequence with these tokens, as of a request that runs."""
    tree = engine.scheduler.tree
    sequence, batch = tree.acquire(()), Batch()
    batch.add(tokens, 0, sequence, logits=True)
    engine.backend.decode(batch)
    tree.advance(sequence, tokens)
    return sequence


class HalfRestored(FakeBackend):
    """Its memory takes a state and then says that it did not."""

    def restore_sequence(self, sequence: int, path: Path) -> None:
        super().restore_sequence(sequence, path)
        raise StateError("as planned")


@pytest.mark.parametrize("can_rewind", [True, False])
def test_what_a_failed_restore_left_in_the_memory_is_taken_away(tmp_path: Path, can_rewind: bool):
    first = Engine(tmp_path, FakeBackend(can_rewind=can_rewind))
    first.ask(words(300))
    first.save()
    second = Engine(tmp_path, HalfRestored(can_rewind=can_rewind))
    answer = second.ask(words(300))
    assert (answer.texts, answer.end.reused_tokens) == ([expected(words(300))], 0)
    assert second.saved.counts().refused == 1
    assert not names(tmp_path)


def test_a_new_engine_of_the_same_folder_is_seen_by_the_old_one(tmp_path: Path):
    prompt = words(200)
    old, other = Engine(tmp_path), Engine(tmp_path)
    other.ask(prompt)
    other.save()
    assert old.ask(prompt).end.reused_tokens == 199
    old.save()
    assert old.saved.counts().branches == other.saved.counts().branches == 1


def test_an_engine_that_starts_while_another_reads_a_file_keeps_what_hangs_on_it(tmp_path: Path):
    prompt = words(2500)
    first = Engine(tmp_path, FakeBackend(n_ctx=4096))
    first.ask(prompt)
    first.save()
    saved = names(tmp_path)
    with first.folder.lent(branch_name(prompt[:256])):
        second = Engine(tmp_path, FakeBackend(n_ctx=4096))
    assert names(tmp_path) == saved
    assert second.ask(prompt).texts == [expected(prompt)]
    assert second.saved.counts().restored_tokens == 2499


def test_other_models_and_settings_see_nothing_of_it(tmp_path: Path):
    first = Engine(tmp_path)
    first.ask(words(200))
    first.save()
    assert Engine(tmp_path, key="cd" * 16).ask(words(200)).end.reused_tokens == 0


def test_the_limit_holds_for_all_models_and_the_longest_unused_go(tmp_path: Path):
    root, elsewhere = tmp_path / "states", tmp_path / "elsewhere"
    root.mkdir()
    elsewhere.mkdir()
    probe = Engine(elsewhere)
    probe.ask(words(300))
    probe.save()
    one = probe.saved.counts().size_bytes
    limits = Limits(3 * one + one // 2, spare_bytes=0)
    other = Engine(root, key="cd" * 16, limits=limits)
    other.ask(words(300, 9))
    other.save()
    engine = Engine(root, limits=limits)
    for salt in range(4):
        engine.ask(words(300, salt))
        engine.save()
        assert sum(path.stat().st_size for path in root.glob("*/*")) <= limits.size_bytes
        assert Engine(root, limits=limits).ask(words(300, 0)).end.reused_tokens == 299, "used, so kept"
    kept = [salt for salt in range(4) if engine.folder.path_of(_name(words(300, salt))).exists()]
    assert kept == [0, 2, 3]
    assert not list((root / ("cd" * 16)).glob("*.kv"))


def _name(prompt: list[int]) -> str:
    reply = expected_tokens(prompt, seed=None, max_tokens=8, ignore_eos=True)
    return branch_name([*prompt, *reply[:-1]])


def test_what_is_larger_than_the_limit_is_not_written_over_and_over(tmp_path: Path):
    engine = Engine(tmp_path, limits=Limits(100, spare_bytes=0))
    engine.ask(words(300))
    engine.save()
    assert not names(tmp_path)
    assert engine.saved.counts().branches == 0
    engine.saved.stir()
    engine.saved.save_next()
    assert engine.saved.wait_s is None, "it is not tried again"


def test_a_lower_limit_holds_from_the_start(tmp_path: Path):
    engine = Engine(tmp_path)
    for salt in range(3):
        engine.ask(words(300, salt))
    engine.save()
    size = engine.saved.counts().size_bytes
    fewer = Engine(tmp_path, limits=Limits(size // 2, spare_bytes=0))
    assert 0 < fewer.saved.counts().size_bytes <= size // 2
    assert fewer.ask(words(300, 2)).end.reused_tokens == 299, "the newest stays"


lives = st.lists(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(1, 4), st.integers(0, 3), st.integers(0, 120)),
        min_size=1,
        max_size=4,
    ),
    min_size=2,
    max_size=4,
)


@pytest.mark.parametrize("can_rewind", [True, False])
@given(lives, st.integers(260, 700), st.sampled_from([Limits(6_000, spare_bytes=0), NO_SPARE]))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_saved_evicted_and_restored_every_reply_is_the_one_of_a_fresh_engine(
    tmp_path_factory: pytest.TempPathFactory, can_rewind: bool, plan: list, cells: int, limits: Limits
):
    root = tmp_path_factory.mktemp("states")
    for life in plan:
        backend = FakeBackend(n_ctx=256, cells=cells, max_sequences=5, can_rewind=can_rewind)
        engine = Engine(root, backend, limits=limits)
        for stem, blocks, salt, tail in life:
            prompt = [*words(40 * blocks, stem), *words(tail % 90 + 1, salt)]
            assert engine.ask(prompt, max_tokens=6).texts == [expected(prompt, 6)]
            if tail % 2:
                engine.save()
        engine.stop()
        assert sum(path.stat().st_size for path in root.glob("*/*")) <= limits.size_bytes
