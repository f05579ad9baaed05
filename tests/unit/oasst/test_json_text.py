"""Strict JSON at any depth, with columns."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.oasst import json_text
from oa_desktop.oasst.json_text import JsonFault, parse_json

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
VALUES = st.recursive(LEAVES, lambda v: st.lists(v) | st.dictionaries(st.text(), v), max_leaves=20)


@given(VALUES, st.sampled_from([None, 1]), st.booleans())
def test_the_loop_reads_what_the_standard_decoder_reads(value, indent, ensure_ascii):
    text = json.dumps(value, indent=indent, ensure_ascii=ensure_ascii)
    assert json_text._parse_in_a_loop(text) == json.loads(text) == parse_json(text)


@given(st.text(alphabet='{}[],:"\\ \t0123456789-+.eEtruefalsn\ud800'))
def test_the_loop_refuses_what_the_standard_decoder_refuses(text):
    try:
        expected = json_text._STRICT.decode(text)
    except ValueError:
        with pytest.raises(JsonFault):
            json_text._parse_in_a_loop(text)
    else:
        assert json_text._parse_in_a_loop(text) == expected


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("", 1, "expected a value, found the end of the line"),
        ('{"a": NaN}', 7, "NaN is not a JSON number"),
        ("[1, Infinity]", 5, "Infinity is not a JSON number"),
        ("[-Infinity]", 2, "-Infinity is not a JSON number"),
        ('{"a": 1e999}', 7, "the number 1e999 is too large"),
        (f"[{'9' * 5000}]", 2, "a number with too many digits"),
        ('{"a": 1, "b": 2, "a": 3}', 18, "the key 'a' occurs twice in one object"),
        ('{"a": 1,}', 9, "expected a key in double quotes, found '}'"),
        ("[1,]", 4, "expected a value, found ']'"),
        ("[1 2]", 4, "expected a comma or ], found '2'"),
        ('{"a" 1}', 6, "expected a colon, found '1'"),
        ("[1] []", 5, "more text after the end of the value"),
        ('["é', 2, "Unterminated string starting at"),
        ("{'a': 1}", 2, 'expected a key in double quotes, found "\'"'),
        ("[01]", 3, "expected a comma or ], found '1'"),
        ("\ufeff[]", 1, "expected a value, found '\\ufeff'"),
    ],
)
def test_i02_what_is_not_json_is_refused_with_its_column(text, column, reason):
    with pytest.raises(JsonFault) as caught:
        parse_json(text)
    assert (caught.value.column, caught.value.reason) == (column, reason)


@pytest.mark.parametrize("depth", [490, 500, 5_000, 50_000])
def test_i09_depth_is_no_limit_and_the_recursion_limit_stays(depth):
    limit = sys.getrecursionlimit()
    value = parse_json('{"replies": [' * depth + '"leaf"' + "]}" * depth)
    levels = 0
    while isinstance(value, dict):
        value = value["replies"][0]
        levels += 1
    assert (value, levels, sys.getrecursionlimit()) == ("leaf", depth, limit)


def test_i09_a_fault_deep_inside_still_has_its_column():
    text = "[" * 5_000 + "nul" + "]" * 5_000
    with pytest.raises(JsonFault) as caught:
        parse_json(text)
    assert caught.value.column == 5_001


def test_big_whole_numbers_stay_exact():
    assert parse_json("[123456789012345678901234567890]") == [123456789012345678901234567890]
