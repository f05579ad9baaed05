"""Event streams, cut anywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.client.errors import ReplyUnreadable
from oa_desktop.client.sse import LARGEST_EVENT_CHARS, EventParser


def events(*chunks: bytes) -> list[str]:
    parser = EventParser()
    return [data for chunk in chunks for data in parser.feed(chunk)] + list(parser.finish())


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_kind_of_line_end_is_understood(end):
    stream = b"data: one\n\ndata: two\n\n".replace(b"\n", end)
    assert events(stream) == ["one", "two"]
    assert events(*(bytes([byte]) for byte in stream)) == ["one", "two"]


def test_a_character_may_be_cut_in_the_middle():
    stream = "data: 李白 🙂\n\n".encode()
    assert events(*(bytes([byte]) for byte in stream)) == ["李白 🙂"]


def test_comments_and_other_fields_are_skipped():
    stream = b": working\n\nevent: x\nid: 1\nretry: 5\ndata: one\n: more\n\n:\n\ndatax: no\n\ndata\n\n"
    assert events(stream) == ["one", ""]


def test_several_data_lines_are_one_event():
    assert events(b"data: a\ndata:b\ndata:  c\n\n") == ["a\nb\n c"]


def test_a_byte_order_mark_is_not_part_of_a_field():
    assert events(b"\xef\xbb\xbfdata: a\n\n") == ["a"]


def test_bytes_that_are_no_utf_8_are_replaced():
    assert events(b"data: a\xffb\n\n") == ["a\ufffdb"]


def test_an_event_the_stream_ends_in_counts_when_its_line_is_complete():
    assert events(b"data: a\n\ndata: b\n") == ["a", "b"]
    assert events(b"data: a\n\ndata: half") == ["a"]


def test_an_endless_event_is_refused():
    with pytest.raises(ReplyUnreadable):
        events(b"data: " + b"x" * (LARGEST_EVENT_CHARS + 1))
    with pytest.raises(ReplyUnreadable):
        events(*[b"data: " + b"x" * 100_000 + b"\n"] * 50)
    with pytest.raises(ReplyUnreadable):
        events(*[b"data:\n" * 100_000] * 50)


@given(st.data())
def test_where_a_stream_is_cut_changes_nothing(data):
    texts = data.draw(st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8")), max_size=5))
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    stream = "".join(f"data: {text}{end}{end}: note{end}" for text in texts).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert events(*chunks) == texts
