"""Make a phrasing look typed by a person: capitals, punctuation, courtesy, typing mistakes, unknown words."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

WORDS = tomllib.loads(Path(__file__).with_name("typing.toml").read_text(encoding="utf-8"))
QUESTION_STARTS = frozenset(WORDS["question_starts"].split())
FUNCTION_WORDS = frozenset(WORDS["function_words"].split())
SMALL_WORDS = frozenset(WORDS["small_words"].split())
ACRONYMS = frozenset(WORDS["acronyms"].split())
SYLLABLES = WORDS["syllables"].split()
OPENINGS = WORDS["openings"]
CLOSINGS = WORDS["closings"]


def tidy(text: str, rng: Random) -> str:
    """A careful typist: a capital letter at the start and mostly a question mark where one belongs."""
    if rng.random() < 0.8:
        text = text[:1].upper() + text[1:]
    if text[-1:].isalnum() and is_question(text) and rng.random() < 0.85:
        text += "?"
    return text


def is_question(text: str) -> bool:
    return (
        text.lower().replace(",", " ").split()[:1] != []
        and text.lower().split()[0].strip(",") in QUESTION_STARTS
    )


def typed(text: str, rng: Random, lang: str, unknown_words: bool) -> str:
    """One way a person might type this question. Chinese text is left alone but for its final mark."""
    if lang == "zh":
        return text
    if unknown_words and rng.random() < 0.3:
        text = with_unknown_word(text, rng)
    question = is_question(text)
    text = " ".join(
        word.upper() if word in ACRONYMS and rng.random() < 0.6 else word for word in text.split(" ")
    )
    if lang == "en":
        text = _with_courtesy(text, rng)
    if rng.random() < 0.16:
        text = with_typo(text, rng)
    if rng.random() < 0.06:
        text = _without_a_word(text, rng)
    if lang == "en" and rng.random() < 0.05:
        text = _without_small_words(text, rng)
    return _with_capitals(_with_mark(text, rng, question), rng)


def with_typo(text: str, rng: Random) -> str:
    """Swap, drop or double one letter."""
    if len(text) < 5:
        return text
    i = rng.randrange(1, len(text) - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    return text[:i] + text[i + 1 :] if kind == 1 else text[:i] + text[i] + text[i:]


def with_unknown_word(text: str, rng: Random) -> str:
    """Replace one content word by an invented one, so that an unknown word means: I do not know."""
    words = text.split(" ")
    places = [i for i, word in enumerate(words) if len(word) > 3 and word.lower() not in FUNCTION_WORDS]
    if places:
        words[rng.choice(places)] = "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 4)))
    return " ".join(words)


def _with_courtesy(text: str, rng: Random) -> str:
    if rng.random() < 0.12:
        text = f"{rng.choice(OPENINGS)} {text}"
    if rng.random() < 0.08 and len(text.split()) > 2:
        text = f"{text} {rng.choice(CLOSINGS)}"
    return text


def _without_a_word(text: str, rng: Random) -> str:
    words = text.split(" ")
    if len(words) > 4:
        del words[rng.randrange(len(words))]
    return " ".join(words)


def _without_small_words(text: str, rng: Random) -> str:
    """A hasty typist: most of the small words left out, if at least two others remain."""
    kept = [word for word in text.split(" ") if word.lower() not in SMALL_WORDS or rng.random() < 0.25]
    return " ".join(kept) if len(kept) > 1 else text


def _with_mark(text: str, rng: Random, question: bool) -> str:
    if not text[-1:].isalnum():
        return text
    chance = rng.random()
    if question:
        return text + ("?" if chance < 0.62 else " ?" if chance < 0.65 else "??" if chance < 0.67 else "")
    return text + (
        "."
        if chance < 0.2
        else "!"
        if chance < 0.35
        else "?"
        if chance < 0.4
        else "..."
        if chance < 0.42
        else ""
    )


def _with_capitals(text: str, rng: Random) -> str:
    chance = rng.random()
    if chance < 0.5:
        return text[:1].upper() + text[1:]
    if chance < 0.62:
        return text.lower()
    return text.upper() if chance < 0.63 else text
