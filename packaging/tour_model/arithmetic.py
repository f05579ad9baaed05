"""Small sums as table rows: addition and subtraction up to ten, and the multiplication table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBER_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ASK = (
    "what is <a> <sign> <b>",
    "what's <a> <sign> <b>",
    "<a> <sign> <b>",
    "<a> <sign> <b> =",
    "<a><sign><b>",
    "how much is <a> <sign> <b>",
    "what is <a> <name> <b>",
    "how much is <a> <name> <b>",
    "calculate <a> <sign> <b>",
    "can you calculate <a> <sign> <b>",
    "what is <a_word> <name> <b_word>",
    "<a_word> <name> <b_word>",
)
REPLIES = ("<a> <sign> <b> = **<result>**.", "That makes <result>.", "<result>.", "Count your fingers.")
COLUMNS = ("a", "b", "sign", "name", "result", "a_word", "b_word")


def sums() -> Iterator[tuple[str, ...]]:
    """Rows of the table of sums, in the order of COLUMNS."""
    for a in range(11):
        for b in range(11):
            yield _row(a, b, "+", "plus", a + b)
            if a >= b:
                yield _row(a, b, "-", "minus", a - b)
            if a and b:
                yield _row(a, b, "*", "times", a * b)


def _row(a: int, b: int, sign: str, name: str, result: int) -> tuple[str, ...]:
    return str(a), str(b), sign, name, str(result), NUMBER_WORDS[a], NUMBER_WORDS[b]
