"""Which request goes wrong, and how: faults planned one by one, or drawn by lot."""

import fnmatch
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .answer import Answer
from .faults import Fault
from .listener import SeenRequest


def is_meant(request: SeenRequest, origin: str, path: str, method: str) -> bool:
    """Whether the request fits all three shell patterns."""
    return (
        fnmatch.fnmatchcase(request.origin, origin)
        and fnmatch.fnmatchcase(request.path, path)
        and fnmatch.fnmatchcase(request.method, method)
    )


@dataclass
class Planned:
    """Faults that strike together, and whom. times None: always; skip: so many are spared first."""

    faults: tuple[Fault, ...]
    origin: str
    path: str
    method: str
    times: int | None
    skip: int


class Plan:
    """What will go wrong, and what did. Not for several threads at once."""

    def __init__(self) -> None:
        self._planned: list[Planned] = []
        self._draw: Callable[[SeenRequest, Answer], Fault | None] = _nothing
        self._fired: list[Fault] = []

    def add(self, planned: Planned) -> None:
        """Strike the next matching requests, after those that were planned before."""
        self._planned.append(planned)

    def draw_by_lot(
        self, seed: int, probability: float, faults: Sequence[Fault], origin: str, path: str
    ) -> None:
        """Strike whatever nothing is planned for with `probability`; a seed gives the same row."""
        dice = random.Random(seed)

        def draw(request: SeenRequest, answer: Answer) -> Fault | None:
            if not is_meant(request, origin, path, "*") or dice.random() >= probability:
                return None
            possible = [fault for fault in faults if fault.applies(request, answer)]
            return dice.choice(possible) if possible else None

        self._draw = draw

    def clear(self) -> None:
        """From now on everything works."""
        self._planned.clear()
        self._draw = _nothing

    def fired(self, kind: type[Any] | None) -> int:
        """How often a fault happened. kind: of this class only."""
        return sum(1 for fault in self._fired if kind is None or isinstance(fault, kind))

    def strike(self, request: SeenRequest, answer: Answer) -> Sequence[Fault]:
        """The faults of this request. Counts them as happened."""
        chosen = self._next(request, answer)
        if chosen is None:
            drawn = self._draw(request, answer)
            chosen = (drawn,) if drawn else ()
        self._fired.extend(chosen)
        return chosen

    def _next(self, request: SeenRequest, answer: Answer) -> Sequence[Fault] | None:
        for planned in self._planned:
            if not is_meant(request, planned.origin, planned.path, planned.method):
                continue
            if not all(fault.applies(request, answer) for fault in planned.faults):
                continue
            if planned.skip:
                planned.skip -= 1
                continue
            if planned.times is not None:
                planned.times -= 1
                if not planned.times:
                    self._planned.remove(planned)
            return planned.faults
        return None


def _nothing(_request: SeenRequest, _answer: Answer) -> Fault | None:
    return None
