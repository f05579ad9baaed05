"""Sharing, splitting, merging and evicting prefixes; every claim is checked against the fake's cells."""

import pytest

from oa_desktop.engine.backend import Batch
from oa_desktop.engine.fake import FakeBackend
from oa_desktop.engine.tree import IntegrityError, PrefixTree


class Bench:
    """A tree over a fake memory. `write` is what the scheduler does: make room, decode, advance."""

    def __init__(self, *, cells: int = 64, max_sequences: int = 8, can_rewind: bool = True) -> None:
        self.memory = FakeBackend(cells=cells, max_sequences=max_sequences, can_rewind=can_rewind)
        self.tree = PrefixTree(self.memory, cells=cells, max_sequences=max_sequences, can_rewind=can_rewind)

    def write(self, sequence: int, text: str) -> None:
        tokens = [ord(letter) for letter in text]
        self.tree.make_room(len(tokens))
        batch = Batch()
        batch.add(tokens, self.tree.length(sequence), sequence, logits=True)
        self.memory.decode(batch)
        self.tree.advance(sequence, tokens)
        self.check()

    def open(self, text: str) -> int:
        """A live sequence holding `text`."""
        sequence = self.tree.acquire([ord(letter) for letter in text])
        rest = text[self.tree.length(sequence) :]
        if rest:
            self.write(sequence, rest)
        self.check()
        return sequence

    def keep(self, *texts: str) -> None:
        for text in texts:
            self.tree.retire(self.open(text))
            self.check()

    def reusable(self, text: str) -> int:
        return self.tree.match([ord(letter) for letter in text]).length

    def kept(self) -> list[str]:
        return ["".join(map(chr, self.tree.tokens(sequence))) for sequence in self.tree.kept]

    def check(self) -> None:
        self.tree.check_integrity()
        assert self.tree.used == self.memory.used_cells


def test_an_empty_tree_shares_nothing():
    bench = Bench()
    assert bench.reusable("hello") == 0
    assert (bench.tree.used, bench.tree.free) == (0, 64)


def test_a_retired_prefix_is_reused_and_costs_nothing_again():
    bench = Bench()
    bench.keep("question answer")
    assert bench.reusable("question again") == len("question a")
    again = bench.open("question again")
    assert bench.tree.used == len("question answer") + len("gain")
    assert bench.tree.length(again) == len("question again")


def test_twins_share_every_cell_until_they_differ():
    bench = Bench()
    first = bench.open("prompt")
    twins = [first, *(bench.tree.fork(first) for _ in range(3))]
    assert bench.tree.used == len("prompt")
    for letter, twin in zip("abcd", twins, strict=True):
        bench.write(twin, letter)
    assert bench.tree.used == len("prompt") + 4


def test_twins_that_said_the_same_are_kept_once():
    bench = Bench()
    first = bench.open("prompt")
    second = bench.tree.fork(first)
    for twin in (first, second):
        bench.write(twin, " same")
    assert bench.tree.used == len("prompt") + 2 * len(" same")
    for twin in (first, second):
        bench.tree.retire(twin)
        bench.check()
    assert bench.tree.used == len("prompt same")
    assert bench.kept() == ["prompt same"]


def test_the_common_start_of_two_replies_is_kept_once():
    bench = Bench()
    first = bench.open("prompt")
    second = bench.tree.fork(first)
    bench.write(first, " yes, so")
    bench.write(second, " yes, but")
    bench.tree.retire(second)
    bench.check()
    bench.tree.retire(first)
    bench.check()
    assert bench.tree.used == len("prompt yes, ") + len("so") + len("but")
    assert sorted(bench.kept()) == ["prompt yes, but", "prompt yes, so"]


def test_a_live_sequence_may_grow_after_another_merged_into_it():
    bench = Bench()
    first = bench.open("prompt")
    second = bench.tree.fork(first)
    bench.write(first, "abcdef")
    bench.write(second, "abcxyz")
    bench.tree.retire(second)
    bench.check()
    bench.write(first, "ghi")
    assert "".join(map(chr, bench.tree.tokens(first))) == "promptabcdefghi"


def test_a_longer_branch_replaces_the_prefix_it_grew_from():
    bench = Bench()
    bench.keep("turn one", "turn one, turn two")
    assert bench.kept() == ["turn one, turn two"]


def test_a_prompt_decoded_meanwhile_by_another_is_caught_up_with():
    bench = Bench()
    reader, follower = bench.open("abc"), bench.open("a")
    bench.write(reader, "def")
    assert bench.tree.catch_up(follower, [ord(c) for c in "abcdeX"]) == 5
    bench.check()
    assert bench.tree.used == 6
    assert bench.tree.place(follower) != bench.tree.place(reader)


def test_the_oldest_branch_loses_its_tail_first():
    bench = Bench(cells=20)
    bench.keep("root-aaaa", "root-bbbb", "root-cc")
    assert bench.tree.free == 5
    bench.tree.make_room(7)
    bench.check()
    assert bench.kept() == ["root-aa", "root-bbbb", "root-cc"]
    bench.tree.make_room(12)
    bench.check()
    assert bench.kept() == ["root-b", "root-cc"]
    bench.tree.make_room(20)
    bench.check()
    assert bench.kept() == []


def test_a_branch_alone_is_eaten_up_to_its_first_token_through_old_splits():
    bench = Bench(cells=20)
    bench.keep("root-aaaa", "root-bbbb")
    bench.tree.make_room(20 - len("root-bbbb"))
    bench.tree.make_room(20 - 3)
    bench.check()
    assert bench.kept() == ["roo"]


def test_live_sequences_are_never_evicted():
    bench = Bench(cells=20)
    live = bench.open("live-12345")
    bench.keep("live-abcde")
    bench.tree.make_room(10)
    assert bench.tree.length(live) == 10
    with pytest.raises(IntegrityError, match="11 cells wanted, 10 of 20 free"):
        bench.tree.make_room(11)


def test_live_cells_are_told_apart_in_a_match():
    bench = Bench()
    bench.open("live")
    bench.keep("lively", "kept")
    assert bench.tree.match([ord(c) for c in "lively"]).live_cells == 4
    assert bench.tree.match([ord(c) for c in "kept"]).live_cells == 0
    assert bench.tree.live_cells == 4


def test_when_sequences_run_out_the_oldest_kept_one_goes_but_not_the_useful_one():
    bench = Bench(max_sequences=2)
    bench.keep("old and useful", "newer")
    live = bench.open("old and useful, still")
    assert bench.kept() == ["old and useful"]
    assert bench.tree.length(live) == len("old and useful, still")


def test_too_many_live_sequences_are_a_bug():
    bench = Bench(max_sequences=1)
    bench.open("a")
    with pytest.raises(IntegrityError, match="all 1 sequences are live"):
        bench.open("b")


def test_a_discarded_sequence_leaves_nothing():
    bench = Bench()
    bench.keep("shared")
    live = bench.open("shared and more")
    bench.tree.discard(live)
    bench.check()
    assert bench.kept() == ["shared"]
    assert bench.tree.used == len("shared")


def test_without_rewind_only_whole_sequences_are_shared():
    bench = Bench(can_rewind=False)
    bench.keep("turn one")
    assert bench.reusable("turn on") == 0
    assert bench.reusable("turn two") == 0
    assert bench.reusable("turn one, turn two") == len("turn one")
    live = bench.open("turn one, turn two")
    assert bench.tree.used == len("turn one, turn two")
    bench.tree.retire(live)
    bench.check()
    assert bench.kept() == ["turn one", "turn one, turn two"]


def test_a_checkpoint_is_kept_while_its_sequence_goes_on():
    bench = Bench(max_sequences=2, can_rewind=False)
    live = bench.open("prompt")
    bench.tree.checkpoint(live)
    bench.tree.checkpoint(live)
    bench.write(live, " and reply")
    assert bench.kept() == ["prompt"]
    assert bench.tree.used == len("prompt and reply")


def test_no_checkpoint_is_made_when_every_sequence_is_live():
    bench = Bench(max_sequences=1, can_rewind=False)
    bench.tree.checkpoint(bench.open("prompt"))
    assert bench.kept() == []


def test_without_rewind_whole_sequences_are_evicted():
    bench = Bench(cells=16, can_rewind=False)
    bench.keep("aaaaaa", "bbbbbb")
    bench.tree.make_room(5)
    bench.check()
    assert bench.kept() == ["bbbbbb"]


def test_the_check_names_the_numbers():
    bench = Bench()
    bench.open("abc")
    bench.tree.used += 2
    with pytest.raises(IntegrityError, match="3 cells counted, 5 booked"):
        bench.tree.check_integrity()


def test_the_check_notices_a_memory_that_disagrees():
    bench = Bench()
    sequence = bench.open("abc")
    bench.memory.seq_rm(sequence, 2)
    with pytest.raises(IntegrityError, match=f"sequence {sequence} has 3 tokens, the memory holds 2"):
        bench.tree.check_integrity()
