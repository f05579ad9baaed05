"""Characters survive any cut of their bytes."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.engine.detokenize import Detokenizer


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    borders = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(borders)]


@given(st.text(), st.lists(st.integers(min_value=0)))
def test_any_cut_of_a_text_gives_the_text(text: str, cuts: list[int]):
    detokenizer = Detokenizer()
    parts = [detokenizer.feed(piece) for piece in pieces_of(text.encode(), cuts)]
    assert "".join(parts) + detokenizer.flush() == text


@given(st.binary(), st.lists(st.integers(min_value=0)))
def test_any_cut_of_any_bytes_gives_what_decoding_at_once_gives(data: bytes, cuts: list[int]):
    detokenizer = Detokenizer()
    parts = [detokenizer.feed(piece) for piece in pieces_of(data, cuts)]
    assert "".join(parts) + detokenizer.flush() == data.decode(errors="replace")


def test_a_character_appears_with_its_last_byte():
    detokenizer = Detokenizer()
    assert [detokenizer.feed(bytes([byte])) for byte in "🙂".encode()] == ["", "", "", "🙂"]


def test_the_replacement_character_comes_only_when_certain():
    detokenizer = Detokenizer()
    assert detokenizer.feed(b"\xe6\x9d") == ""
    assert detokenizer.feed(b"a") == "\ufffda"
    assert detokenizer.feed(b"\xf0\x9f") == ""
    assert detokenizer.flush() == "\ufffd"
