"""Trees put together from messages that lie anywhere in a file."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.oasst import read_trees, survey
from tests.unit.oasst.samples import chain, load, message, only_rejected, tree, write_lines


def test_i04_replies_may_come_before_their_parents(tmp_path):
    path = write_lines(
        tmp_path / "f.jsonl",
        message("c", "b", role="prompter"),
        message("d", "b"),
        message("b", "a"),
        message("a"),
    )
    _, [read] = load(path)
    assert [node.message_id for node in read.nodes] == ["a", "b", "c", "d"]
    assert read.message_tree_id == "a"


@given(st.lists(st.integers(min_value=0), min_size=1, max_size=40), st.randoms())
def test_i04_any_order_of_lines_gives_the_same_trees(tmp_path_factory, picks, rng: random.Random):
    parents = [None if i == 0 or pick % 7 == 0 else f"m{pick % i}" for i, pick in enumerate(picks)]
    lines = [message(f"m{i}", parent) for i, parent in enumerate(parents)]
    rng.shuffle(lines)
    path = write_lines(tmp_path_factory.mktemp("f") / "f.jsonl", *lines)
    found, trees = load(path)
    assert found.rejected == []
    assert found.trees == len(trees) == parents.count(None)
    assert {n.message_id: n.parent_id for t in trees for n in t.nodes} == {
        f"m{i}": parent for i, parent in enumerate(parents)
    }
    for read in trees:
        seen = set()
        for node in read.nodes:
            assert node.parent_id is None or node.parent_id in seen
            seen.add(node.message_id)


def test_i04_an_orphan_is_named_with_what_hangs_on_it_and_the_rest_is_read(tmp_path):
    path = write_lines(
        tmp_path / "f.jsonl", message("a"), message("x", "gone"), message("y", "x", role="prompter")
    )
    found, [read] = load(path)
    assert read.message_tree_id == "a"
    assert [str(r) for r in found.rejected] == [
        "line 2: parent_id: message x answers gone, which is not in the file (1 more messages hang on it)"
    ]


def test_i04_a_circle_is_named_by_its_ids(tmp_path):
    path = write_lines(tmp_path / "f.jsonl", message("a", "b"), message("b", "c"), message("c", "a"))
    rejected = only_rejected(path)
    assert rejected.reason.startswith("messages answer each other in a circle: c → a → b")


def test_i04_a_message_that_answers_itself_is_refused(tmp_path):
    rejected = only_rejected(write_lines(tmp_path / "f.jsonl", message("a", "a")))
    assert str(rejected) == "line 1: parent_id: the message answers itself (message a)"


def test_i04_two_prompts_in_one_tree_are_refused(tmp_path):
    path = write_lines(
        tmp_path / "f.jsonl", message("a", message_tree_id="t"), message("b", message_tree_id="t")
    )
    found, trees = load(path)
    assert trees == []
    assert [r.reason for r in found.rejected] == ["the tree t has two prompts, a and b"] * 2


def test_i04_a_message_that_names_another_tree_than_its_parent_is_refused(tmp_path):
    path = write_lines(
        tmp_path / "f.jsonl", message("a", message_tree_id="a"), message("b", "a", message_tree_id="z")
    )
    assert (
        only_rejected(path).reason
        == "message b says tree z, but hangs in tree a (1 more messages hang on it)"
    )


def test_i04_nesting_and_parent_must_agree(tmp_path):
    replies = [message("b", "elsewhere")]
    rejected = only_rejected(write_lines(tmp_path / "f.jsonl", tree(message("a", replies=replies))))
    assert rejected.reason == "says elsewhere, but the message is nested under a (message b)"


def test_i04_a_prompt_that_answers_something_is_refused(tmp_path):
    rejected = only_rejected(write_lines(tmp_path / "f.jsonl", tree(message("a", "b"))))
    assert rejected.reason == "the prompt a answers another message"


def test_i03_an_id_twice_in_one_tree_is_refused(tmp_path):
    replies = [message("b", "a"), message("b", "a", text="other")]
    rejected = only_rejected(write_lines(tmp_path / "f.jsonl", tree(message("a", replies=replies))))
    assert (rejected.field, rejected.reason) == ("message_id", "occurs twice in this tree (message b)")


def test_i03_the_same_message_again_is_counted_and_passed_over(tmp_path):
    path = write_lines(tmp_path / "f.jsonl", message("a"), message("b", "a"), message("b", "a"), message("a"))
    found, [read] = load(path)
    assert (found.repeated, found.messages, len(read.nodes)) == (2, 2, 2)


def test_i03_one_id_with_two_contents_is_named_with_both_lines(tmp_path):
    path = write_lines(tmp_path / "f.jsonl", message("a"), message("a", text="other"))
    found, trees = load(path)
    assert [str(r) for r in found.rejected] == [
        "line 2: message_id: a occurs on line 1 already, with other content"
    ]
    assert len(trees) == 1


@pytest.mark.parametrize("depth", [500, 5_000, 20_000])
def test_i09_a_flat_chain_of_any_length_is_put_together(tmp_path, depth):
    nodes = chain(depth).nodes
    lines = [message(n.message_id, n.parent_id, role=n.role, text=n.text) for n in reversed(nodes)]
    _, [read] = load(write_lines(tmp_path / "f.jsonl", *lines))
    assert read.nodes == nodes


def test_complete_trees_are_let_go_before_the_file_ends(tmp_path):
    path = write_lines(tmp_path / "f.jsonl", message("a"), message("b", "a"), message("c"), message("d", "c"))
    stream = read_trees(path, survey(path))
    first = next(stream)
    assert first.tree.message_tree_id == "a"
    assert next(stream).line == 3


def test_a_tick_can_stop_the_survey(tmp_path):
    path = write_lines(tmp_path / "f.jsonl", *(json.dumps(message(f"m{i}")) for i in range(10)))

    class Stop(Exception):
        pass

    def tick():
        raise Stop

    with pytest.raises(Stop):
        survey(path, tick=tick)


def test_i14_a_file_of_random_keys_is_named_in_part(tmp_path):
    keys = [{f"{i}-{j}" + "k" * 500: 0 for j in range(40)} for i in range(20)]
    path = write_lines(
        tmp_path / "f.jsonl", *(tree(message(f"m{i}") | extra) for i, extra in enumerate(keys))
    )
    found, _ = load(path)
    assert 0 < len(found.ignored_keys) < 100
    assert max(map(len, found.ignored_keys)) == 60
    labels = write_lines(tmp_path / "g.jsonl", tree(message(labels={"n" * 10_000: 1})))
    assert len(str(only_rejected(labels))) < 250
