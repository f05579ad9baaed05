"""Stop strings are found whatever the token borders, and text is held back no longer than needed."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.engine.stops import StopFinder

few_letters = st.text(alphabet="ab<", max_size=40)
stop_lists = st.lists(st.text(alphabet="ab<", min_size=1, max_size=5), max_size=4)


def cut_at_first_stop(text: str, stops: list[str]) -> str:
    """The definition, read off slowly: grow the text until it ends in a stop string."""
    for end in range(len(text) + 1):
        ending = [stop for stop in stops if text[:end].endswith(stop)]
        if ending:
            return text[: end - max(map(len, ending))]
    return text


def split(text: str, cuts: list[int]) -> list[str]:
    borders = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    return [text[a:b] for a, b in pairwise(borders)]


@given(few_letters, stop_lists, st.lists(st.integers(min_value=0)))
def test_the_deltas_are_the_text_up_to_the_first_stop(text: str, stops: list[str], cuts: list[int]):
    finder = StopFinder(stops)
    deltas = [finder.feed(part) for part in split(text, cuts)]
    assert "".join(deltas) + finder.flush() == cut_at_first_stop(text, stops)
    assert finder.stopped == any(stop in text for stop in stops)


@given(few_letters, stop_lists)
def test_held_text_could_still_become_a_stop(text: str, stops: list[str]):
    finder = StopFinder(stops)
    given_out = finder.feed(text)
    held = finder.flush()
    if not finder.stopped:
        assert given_out + held == text
        assert not held or any(stop.startswith(held) for stop in stops)


@pytest.mark.parametrize(
    ("stops", "parts", "deltas"),
    [
        (["###"], ["Hi #", "# there", "##", "#x"], ["Hi ", "## there", "", ""]),
        (["</s>"], ["a<", "/s", ">b"], ["a", "", ""]),
        (["abcd", "bc"], ["ab", "c"], ["", "a"]),
        ([], ["a", "<"], ["a", "<"]),
        ([""], ["a"], ["a"]),
    ],
)
def test_deltas_by_example(stops: list[str], parts: list[str], deltas: list[str]):
    finder = StopFinder(stops)
    assert [finder.feed(part) for part in parts] == deltas


def test_nothing_follows_a_stop():
    finder = StopFinder(["."])
    assert finder.feed("one. two") == "one"
    assert finder.feed("three") == ""
    assert finder.flush() == ""
