"""Layers are spread over devices so that everything fits, and never fewer than could."""

from itertools import combinations_with_replacement, pairwise

from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.gguf.layer_shares import filled, most_that_fit, proportional

ROWS = st.lists(st.integers(0, 20), max_size=7)
ROOMS = st.lists(st.integers(0, 40), min_size=1, max_size=3)


def fits_somehow(rows, rooms):
    """Every way to cut the rows into one piece for each room, tried out."""
    for cuts in combinations_with_replacement(range(len(rows) + 1), len(rooms) - 1):
        ends = (0, *cuts, len(rows))
        pieces = [rows[start:end] for start, end in pairwise(ends)]
        if all(sum(piece) <= room for piece, room in zip(pieces, rooms, strict=True)):
            return True
    return False


@given(ROWS, ROOMS)
def test_it_fits_exactly_when_some_way_fits(rows, rooms):
    shares = filled(rows, rooms)
    assert (shares is not None) == fits_somehow(rows, rooms)
    if shares is None:
        return
    assert sum(shares) == len(rows)
    start = 0
    for share, room in zip(shares, rooms, strict=True):
        assert sum(rows[start : start + share]) <= room
        start += share


@given(ROWS, ROOMS)
def test_the_most_that_fit_are_found(rows, rooms):
    most = most_that_fit(rows, rooms)
    assert fits_somehow(rows[len(rows) - most :], rooms)
    assert most == len(rows) or not fits_somehow(rows[len(rows) - most - 1 :], rooms)


@given(st.integers(0, 600), st.lists(st.integers(-5, 10**12), min_size=1, max_size=16))
def test_a_proportional_spread_loses_no_layer(count, rooms):
    shares = proportional(count, rooms)
    assert sum(shares) == count
    assert len(shares) == len(rooms)
    assert min(shares) >= 0
    assert all(not share for share, room in zip(shares, rooms, strict=True) if room <= 0) or max(rooms) <= 0


def test_no_device_takes_nothing():
    assert filled([], []) == ()
    assert filled([1], []) is None
    assert most_that_fit([1, 2], []) == 0
