"""The index of saved segments against a plain list of what was saved."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.engine.resume.index import Found, SegmentIndex
from oa_desktop.engine.resume.segment import Segment, branch_name, token_bytes, tokens_of_bytes


def segment(tokens: list[int], start: int = 0, parent: str | None = None, used_ns: int = 0) -> Segment:
    """All tokens of a branch, of which those from `start` are in the segment."""
    return Segment(branch_name(tokens), start, tuple(tokens[start:]), parent, 10 * len(tokens), used_ns)


def common(left: list[int], right: list[int]) -> int:
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count


tokens = st.lists(st.integers(0, 2), min_size=1, max_size=14)


@dataclass
class Saved:
    """Saves as the saver does: the part that is not covered, hung on what covers the rest."""

    index: SegmentIndex
    branches: dict[str, list[int]]

    def save(self, branch: list[int]) -> None:
        found = self.index.find(branch)
        if found.length == len(branch):
            return
        parent = None if found.segment is None else found.segment.name
        assert self.index.add(segment(branch, found.length, parent))
        self.branches[branch_name(branch)] = branch


@given(st.lists(tokens, max_size=8), st.lists(tokens, min_size=1, max_size=4), st.data())
def test_the_longest_saved_prefix_is_found_and_its_pieces_give_exactly_its_tokens(saves, prompts, data):
    saved = Saved(SegmentIndex(whole=False), {})
    for branch in saves:
        saved.save(branch)
    if saved.branches and data.draw(st.booleans()):
        for gone in saved.index.discard(data.draw(st.sampled_from(sorted(saved.branches)))):
            del saved.branches[gone.name]
    for prompt in [*prompts, *saves]:
        found = saved.index.find(prompt)
        assert found.length == max((common(prompt, b) for b in saved.branches.values()), default=0)
        held = data.draw(st.integers(0, len(prompt)))
        position = held
        for piece in saved.index.pieces(found, held):
            own = piece.segment
            assert own.start <= piece.start < piece.end <= own.end
            assert piece.start == position
            assert own.tokens[piece.start - own.start : piece.end - own.start] == tuple(
                prompt[piece.start : piece.end]
            )
            position = piece.end
        assert position == max(held, found.length)
    assert {entry.name for entry in saved.index.segments} == set(saved.branches)
    assert saved.index.size_bytes == sum(entry.size_bytes for entry in saved.index.segments)
    continued = {(entry.parent, entry.start) for entry in saved.index.segments}
    tips = [entry for entry in saved.index.segments if (entry.name, entry.end) not in continued]
    assert saved.index.branches == len(tips)


@given(st.lists(tokens, max_size=8), tokens)
def test_a_memory_that_cannot_be_cut_gets_whole_branches_only(saves, prompt):
    index = SegmentIndex(whole=True)
    for branch in saves:
        index.add(segment(branch))
    whole = [branch for branch in saves if prompt[: len(branch)] == branch]
    found = index.find(prompt)
    assert found.length == max(map(len, whole), default=0)
    if found.length:
        (piece,) = index.pieces(found, 0)
        assert (piece.start, piece.end) == (0, found.length)


@given(st.lists(tokens, min_size=1, max_size=8), st.data())
def test_what_is_used_is_newer_than_before_and_older_than_what_it_hangs_on(saves, data):
    saved = Saved(SegmentIndex(whole=False), {})
    for branch in saves:
        saved.save(branch)
    for now_ns in (5_000_000, 9_000_000):
        name = data.draw(st.sampled_from(sorted(saved.branches)))
        changed = saved.index.use(name, now_ns)
        assert changed[0].name == name
        by_name = {entry.name: entry for entry in saved.index.segments}
        assert by_name[name].used_ns == now_ns
        for entry in by_name.values():
            if entry.parent is not None and entry.used_ns:
                assert by_name[entry.parent].used_ns > entry.used_ns
    assert saved.index.use(name, 1) == []


def test_what_hangs_on_a_lost_segment_is_lost_with_it_children_first():
    index = SegmentIndex(whole=False)
    root, child, grandchild = segment([1, 2]), [1, 2, 3], [1, 2, 3, 4]
    assert index.add(root)
    assert index.add(segment(child, 2, root.name))
    assert index.add(segment(grandchild, 3, branch_name(child)))
    assert index.branches == 1
    gone = index.discard(root.name)
    assert [entry.start for entry in gone] == [3, 2, 0]
    assert index.find([1, 2, 3, 4]) == Found(0)
    assert (index.branches, index.size_bytes) == (0, 0)
    assert index.discard("unknown") == []


def test_a_conversation_saved_in_a_thousand_small_parts_is_known_to_the_end():
    index, tokens, name = SegmentIndex(whole=False), list[int](), None
    for turn in range(1200):
        tokens.append(turn)
        added = segment(tokens, turn, name)
        assert index.add(added)
        name = added.name
    assert index.path(name) == tokens
    assert index.find(tokens).length == 1200
    assert [piece.end for piece in index.pieces(index.find(tokens), 1198)] == [1199, 1200]
    gone = index.discard(branch_name([0]))
    assert [entry.start for entry in gone] == list(reversed(range(1200)))
    assert (index.segments, index.branches, index.size_bytes) == ((), 0, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        Segment(branch_name([1, 2]), 0, (1, 3), None, 1, 0),
        Segment(branch_name([1, 2, 3]), 2, (3,), None, 1, 0),
        Segment(branch_name([1, 2, 3]), 2, (3,), "another", 1, 0),
        Segment(branch_name([1, 2, 4]), 2, (3,), branch_name([1, 2]), 1, 0),
        Segment(branch_name([1, 2, 3]), 3, (3,), branch_name([1, 2]), 1, 0),
        Segment(branch_name([5, 2]), 0, (5, 2), branch_name([1, 2]), 1, 0),
        Segment(branch_name([]), 0, (), None, 1, 0),
        Segment(branch_name([1, 2]), 0, (1, 2), None, 1, 0),
    ],
    ids=["name", "no parent", "unknown parent", "tokens", "gap", "start", "empty", "known"],
)
def test_a_segment_that_says_something_wrong_is_not_taken_in(wrong):
    index = SegmentIndex(whole=False)
    index.add(segment([1, 2]))
    assert not index.add(wrong)
    assert len(index.segments) == 1


@given(st.lists(st.integers(0, 2**31 - 1)))
def test_tokens_come_back_from_their_bytes(ids):
    assert tokens_of_bytes(token_bytes(ids)) == tuple(ids)
