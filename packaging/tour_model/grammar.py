"""Expand compact question patterns into plain phrasings.

`[a|b]` means one of the alternatives (an empty one is allowed), `{name}` means one word of the list `name`.
Brackets may be nested. Nothing here is random: `expand` gives every phrasing, in a fixed order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

WordLists = Mapping[str, Sequence[str]]


def expand(pattern: str, words: WordLists) -> list[str]:
    """Every phrasing of a pattern, without doubles, with runs of spaces made single."""
    phrasings = (" ".join(text.split()) for text in _sequence(_fill(pattern, words)))
    return list(dict.fromkeys(phrasings))


def _fill(pattern: str, words: WordLists) -> str:
    """Replace each `{name}` by `[word|word|...]`; the lists may themselves use patterns."""
    while (start := pattern.find("{")) != -1:
        end = pattern.index("}", start)
        alternatives = "|".join(words[pattern[start + 1 : end]])
        pattern = f"{pattern[:start]}[{alternatives}]{pattern[end + 1 :]}"
    return pattern


def _sequence(pattern: str) -> Iterator[str]:
    start = pattern.find("[")
    if start == -1:
        yield pattern
        return
    end = _closing(pattern, start)
    tails = list(_sequence(pattern[end + 1 :]))
    for alternative in _alternatives(pattern[start + 1 : end]):
        for middle in _sequence(alternative):
            for tail in tails:
                yield pattern[:start] + middle + tail


def _closing(pattern: str, start: int) -> int:
    depth = 0
    for index in range(start, len(pattern)):
        depth += {"[": 1, "]": -1}.get(pattern[index], 0)
        if depth == 0:
            return index
    message = f"unclosed bracket in {pattern!r}"
    raise ValueError(message)


def _alternatives(body: str) -> list[str]:
    parts, depth = [""], 0
    for char in body:
        depth += {"[": 1, "]": -1}.get(char, 0)
        if char == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts
