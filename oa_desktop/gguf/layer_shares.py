"""Spread layers over devices: the last ones of a model, one piece for each device, as llama.cpp does it."""

from collections.abc import Sequence
from itertools import pairwise


def filled(rows: Sequence[int], rooms: Sequence[int]) -> tuple[int, ...] | None:
    """How many rows each room takes when the first rooms are filled first; None when not all rows fit.

    rows: bytes of each layer, in the order of the model.   rooms: of each device, in the order they are used.
    Filling early rooms to the brim is the best that can be done, so None means that no way fits.
    """
    shares = [0] * len(rooms)
    room, left = 0, rooms[0] if rooms else 0
    for row in rows:
        while room < len(rooms) and row > left:
            room += 1
            left = rooms[room] if room < len(rooms) else 0
        if room == len(rooms):
            return None
        left -= row
        shares[room] += 1
    return tuple(shares)


def most_that_fit(rows: Sequence[int], rooms: Sequence[int]) -> int:
    """How many of the last rows fit, all others left out."""
    fit, too_many = 0, len(rows) + 1
    while too_many - fit > 1:
        middle = (fit + too_many) // 2
        if filled(rows[len(rows) - middle :], rooms) is None:
            too_many = middle
        else:
            fit = middle
    return fit


def proportional(count: int, rooms: Sequence[int]) -> tuple[int, ...]:
    """`count` rows in proportion to the rooms, fitting or not; all in the first where none has room."""
    weights = [max(0, room) for room in rooms]
    total = sum(weights)
    if total == 0:
        return (count, *(0 for _ in rooms[1:]))
    ends, passed = [0], 0
    for weight in weights:
        passed += weight
        ends.append(count * passed // total)
    return tuple(end - start for start, end in pairwise(ends))
