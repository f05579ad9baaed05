"""Markers never stay whole in a part, and the parts are the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("llama_cpp")

from oa_desktop.engine.llama.markers import MarkerCutter, is_marker

MARKERS = ("<|prompter|>", "<|a|>", "</s>", "[INST]")


@given(st.lists(st.sampled_from([*MARKERS, "<", "|", ">", "[", "a", " "])).map("".join))
def test_no_part_holds_a_marker(text: str):
    parts = MarkerCutter(MARKERS).parts(text)
    assert "".join(parts) == text
    assert not any(marker in part for marker in MARKERS for part in parts)


def test_without_markers_text_stays_whole():
    assert MarkerCutter(()).parts("a <|prompter|> b") == ["a <|prompter|> b"]
    assert MarkerCutter(MARKERS).parts("") == [""]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<|im_start|>", True),
        ("</s>", True),
        ("[/INST]", True),
        ("<div>", False),
        ("  ", False),
        ("<||>", False),
    ],
)
def test_what_looks_like_a_marker(text: str, expected: bool):
    assert is_marker(text) is expected
