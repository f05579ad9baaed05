"""Which bytes of a file are on disk, and which of the missing ones each connection is fetching.

Pure bookkeeping; every method may be called from any thread.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass

Interval = tuple[int, int]
"""From the first byte to behind the last."""


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same bytes in order, in as few intervals as possible."""
    result: list[Interval] = []
    for start, end in sorted(pair for pair in intervals if pair[0] < pair[1]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


@dataclass(slots=True, eq=False)
class Claim:
    """What one connection fetches: from `position` up to `end`, which shrinks when another takes a part."""

    start: int
    position: int
    end: int


class Ranges:
    """The bytes 0 to `size_bytes` of one file."""

    def __init__(self, size_bytes: int, done: Iterable[Interval] = ()) -> None:
        self.size_bytes = size_bytes
        self._done = merged((max(0, start), min(end, size_bytes)) for start, end in done)
        self._claims: list[Claim] = []
        self._changed = threading.Condition()

    def done(self) -> tuple[Interval, ...]:
        """What is on disk."""
        with self._changed:
            return self._all_done()

    def done_bytes(self) -> int:
        """How much of it is on disk."""
        return sum(end - start for start, end in self.done())

    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return self.done_bytes() == self.size_bytes

    def claim(self, least_bytes: int = 0) -> Claim | None:
        """Take the first missing bytes that nobody fetches.

        When all are being fetched: half of the longest rest, if both halves have `least_bytes`, and that is
        not 0. None: there is nothing to do.
        """
        with self._changed:
            taken = merged([*self._done, *((claim.start, claim.end) for claim in self._claims)])
            position = 0
            for start, end in [*taken, (self.size_bytes, self.size_bytes)]:
                if position < start:
                    return self._add(Claim(position, position, start))
                position = end
            longest = max(self._claims, key=lambda claim: claim.end - claim.position, default=None)
            if longest is None or not least_bytes or longest.end - longest.position < 2 * least_bytes:
                return None
            middle = longest.position + (longest.end - longest.position) // 2
            claim = Claim(middle, middle, longest.end)
            longest.end = middle
            return self._add(claim)

    def wanted(self, claim: Claim, most_bytes: int) -> int:
        """How many bytes to read next for this claim; 0 when it has all."""
        with self._changed:
            return max(0, min(most_bytes, claim.end - claim.position))

    def advance(self, claim: Claim, count: int) -> None:
        """So many bytes of the claim were written to disk."""
        with self._changed:
            claim.position += count
            self._changed.notify_all()

    def release(self, claim: Claim) -> None:
        """Its connection ended: what it brought stays, what it did not can be claimed by others.

        When it brought nothing, the connection it took its part from gets that back.
        """
        with self._changed:
            self._claims.remove(claim)
            self._done = merged([*self._done, (claim.start, claim.position)])
            if claim.position == claim.start:
                for other in self._claims:
                    if other.end == claim.start:
                        other.end = claim.end

    def forget(self) -> None:
        """What is on disk is worth nothing: begin again. Only when every claim was released."""
        with self._changed:
            self._done = ()

    def prefix_beyond(self, position: int, given_up: threading.Event) -> int:
        """Up to where the file is there without a gap; waits until that is behind `position`.

        given_up: ends the waiting; call `wake` after setting it.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._prefix() > position or given_up.is_set())
            return self._prefix()

    def wake(self) -> None:
        """Let those who wait look again."""
        with self._changed:
            self._changed.notify_all()

    def _add(self, claim: Claim) -> Claim:
        self._claims.append(claim)
        return claim

    def _all_done(self) -> tuple[Interval, ...]:
        return merged([*self._done, *((claim.start, claim.position) for claim in self._claims)])

    def _prefix(self) -> int:
        done = self._all_done()
        return done[0][1] if done and done[0][0] == 0 else 0
