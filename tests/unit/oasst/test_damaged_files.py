"""Whatever is done to a file, it is read or refused; nothing else happens."""

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oa_desktop.errors import ExchangeError
from oa_desktop.oasst import Limits, read_trees, survey
from tests.unit.oasst.samples import FIXTURES

CHANGES = st.lists(
    st.tuples(st.integers(0, 8_000), st.integers(0, 3), st.binary(max_size=4)), min_size=1, max_size=6
)


def damaged(content, changes):
    data = bytearray(content)
    for position, length, replacement in changes:
        start = position % len(data) if data else 0
        data[start : start + length] = replacement
    return bytes(data)


def assert_read_or_refused(path):
    limits = Limits(line_bytes=20_000)
    try:
        found = survey(path, limits)
    except ExchangeError:
        return
    trees = [record.tree for record in read_trees(path, found, limits)]
    assert (len(trees), sum(len(tree.nodes) for tree in trees)) == (found.trees, found.messages)
    for tree in trees:
        known = {None}
        for node in tree.nodes:
            assert node.parent_id in known
            known.add(node.message_id)


@pytest.mark.parametrize("name", ["trees.jsonl", "messages.jsonl", "hugging_face_rows.jsonl"])
@given(changes=CHANGES, packed=st.booleans(), after=st.booleans())
@settings(deadline=None)
def test_i01_i02_a_damaged_file_is_read_or_refused(tmp_path_factory, name, changes, packed, after):
    content = (FIXTURES / name).read_bytes()
    if packed and after:
        content = damaged(gzip.compress(content, mtime=0), changes)
    else:
        content = damaged(content, changes)
        content = gzip.compress(content) if packed else content
    path = tmp_path_factory.mktemp("f") / "f.jsonl"
    path.write_bytes(content)
    assert_read_or_refused(path)


WORDS = ["message_id", "m1", "text", "role", "prompter", "replies", "parent_id", "prompt", "message_tree_id"]
TOKENS = [*'{}[],:"', "null", "true", "1e400", "-0", "\n", *(f'"{word}"' for word in WORDS)]


@given(st.lists(st.sampled_from(TOKENS), max_size=40).map("".join))
@settings(deadline=None)
def test_i05_any_text_of_the_format_is_read_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("f") / "f.jsonl"
    path.write_text(text, encoding="utf-8")
    assert_read_or_refused(path)


OBJECTS = st.recursive(
    st.sampled_from([None, True, 0, 1.5, "", "m1", "prompter", []]),
    lambda inner: (
        st.dictionaries(
            st.sampled_from(
                ["message_id", "text", "role", "replies", "parent_id", "labels", "events", "rank"]
            ),
            inner,
        )
        | st.lists(inner, max_size=2)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["message_tree_id", "message_id", "prompt", "text", "role"]), OBJECTS))
@settings(deadline=None)
def test_i05_any_object_is_read_or_refused(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("f") / "f.jsonl"
    path.write_text(json.dumps(value), encoding="utf-8")
    assert_read_or_refused(path)
