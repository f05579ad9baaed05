"""Any tree the format can hold is read back as it was written."""

import math
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.oasst import Detoxify, LabelAverage, OasstNode, OasstTree, write_messages, write_trees
from tests.unit.oasst import oasst_data_reader
from tests.unit.oasst.samples import load

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
NUMBER = st.floats(min_value=-1e6, max_value=1e6).filter(lambda x: not math.isnan(x))
COUNT = st.integers(0, 2**31 - 1)
OFFSET = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBER | TEXT,
    lambda value: st.lists(value, max_size=3) | st.dictionaries(TEXT, value, max_size=3),
    max_leaves=5,
)
EVENT = st.fixed_dictionaries({"type": TEXT, "user_id": st.none() | TEXT}, optional={"detail": JSON})


def maybe(strategy):
    return st.none() | strategy


FIELDS = {
    "text": TEXT,
    "role": st.sampled_from(["prompter", "assistant"]),
    "user_id": maybe(TEXT),
    "created_date": maybe(
        st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(UTC) | OFFSET)
    ),
    "lang": maybe(TEXT),
    "review_count": maybe(COUNT),
    "review_result": maybe(st.booleans()),
    "deleted": maybe(st.booleans()),
    "synthetic": maybe(st.booleans()),
    "model_name": maybe(TEXT),
    "emojis": maybe(st.dictionaries(TEXT, COUNT, max_size=3)),
    "labels": maybe(st.dictionaries(TEXT, st.builds(LabelAverage, maybe(NUMBER), COUNT), max_size=3)),
    "events": maybe(st.dictionaries(TEXT, st.lists(EVENT, max_size=2), max_size=2)),
    "detoxify": maybe(st.builds(Detoxify, *[NUMBER] * len(fields(Detoxify)))),
}


@st.composite
def trees(draw):
    """Depth first and siblings best first, as files have them."""
    size = draw(st.integers(1, 12))
    parents = {i: draw(st.integers(0, i - 1)) for i in range(1, size)}
    unranked = 2**31
    ranks = {i: draw(maybe(st.integers(0, 9))) for i in range(1, size)}
    nodes, stack = [], [0]
    while stack:
        i = stack.pop()
        parent = None if i == 0 else f"m{parents[i]}"
        values = {name: draw(strategy) for name, strategy in FIELDS.items()}
        nodes.append(OasstNode(message_id=f"m{i}", parent_id=parent, rank=ranks.get(i), **values))
        children = [j for j in parents if parents[j] == i]
        children.sort(key=lambda j: unranked if ranks[j] is None else ranks[j])
        stack.extend(reversed(children))
    return OasstTree("m0", tuple(nodes), draw(maybe(TEXT)), draw(maybe(TEXT)))


@given(trees())
def test_x03_a_tree_written_and_read_is_the_same_tree(tmp_path_factory, tree):
    path = tmp_path_factory.mktemp("x") / "f.jsonl.gz"
    write_trees(path, [tree])
    found, read = load(path)
    assert found.rejected == []
    assert read == [tree]


@given(trees())
def test_x03_messages_written_and_read_are_the_same_tree_without_its_origin(tmp_path_factory, tree):
    path = tmp_path_factory.mktemp("x") / "f.jsonl"
    write_messages(path, [tree])
    found, [read] = load(path)
    assert found.rejected == []
    assert (read.nodes, read.tree_state) == (tree.nodes, tree.tree_state)


@given(trees())
def test_x03_the_published_reader_loads_any_tree_written(tmp_path_factory, tree):
    path = tmp_path_factory.mktemp("x") / "f.jsonl"
    write_trees(path, [tree])
    [read] = oasst_data_reader.read(path)
    assert read.prompt.text == tree.prompt.text
