"""Read the topic files: what can be asked, what is answered, and what may be asked next.

An exchange is one question in many phrasings with two to four replies, the best first.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import arithmetic
from grammar import WordLists, expand

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HERE = Path(__file__).resolve().parent
TOPICS = HERE / "topics"
QUESTIONS = HERE.parents[1] / "tests" / "fixtures" / "newcomer_questions.json"
NOT_TOPICS = ("words.toml", "phrasings.toml", "courtesy.toml")
SUMS_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Exchange:
    """phrasings: one tuple per pattern, so that a short pattern is drawn as often as one with many forms."""

    id: str
    lang: str
    phrasings: tuple[tuple[str, ...], ...]
    replies: tuple[str, ...]
    share: float
    random_words: bool = False
    follow_ups: tuple[Exchange, ...] = ()


def normalised(text: str) -> str:
    """A question without case, punctuation and double spaces: two equal ones count as the same phrasing."""
    return " ".join(re.sub(r"[^\w+*/-]+", " ", text.lower()).split())


def held_out_questions() -> frozenset[str]:
    """Questions of the test that must never be trained on, normalised."""
    questions = json.loads(QUESTIONS.read_text(encoding="utf-8"))["questions"]
    return frozenset(normalised(question["ask"]) for question in questions if question["held_out"])


def load_exchanges() -> list[Exchange]:
    """Every exchange of every topic, with shares that add up to one."""
    words: WordLists = _toml(TOPICS / "words.toml")
    reader = _Reader(words, _toml(TOPICS / "phrasings.toml")["ask"], held_out_questions())
    exchanges = reader.table(
        {
            "id": "sum",
            "columns": arithmetic.COLUMNS,
            "rows": list(arithmetic.sums()),
            "ask": arithmetic.ASK,
            "replies": arithmetic.REPLIES,
            "share": SUMS_SHARE,
        }
    )
    for path in sorted(TOPICS.glob("*.toml")):
        if path.name not in NOT_TOPICS:
            exchanges += reader.topic(_toml(path))
    total = sum(exchange.share for exchange in exchanges)
    return [replace(exchange, share=exchange.share / total) for exchange in exchanges]


def _toml(path: Path) -> dict:
    return tomllib.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class _Reader:
    words: WordLists
    more_phrasings: Mapping[str, Sequence[str]]
    held_out: frozenset[str]

    def topic(self, topic: Mapping) -> list[Exchange]:
        entries = [*topic.get("intent", ()), *topic.get("table", ())]
        unit = topic["share"] / sum(entry.get("weight", 1) for entry in entries)
        exchanges = []
        for entry in entries:
            settled = {"lang": topic.get("lang", "en")} | entry | {"share": unit * entry.get("weight", 1)}
            exchanges += self.table(settled) if "rows" in entry else [self.intent(settled)]
        return exchanges

    def intent(self, entry: Mapping) -> Exchange:
        lang = entry.get("lang", "en")
        nexts = [
            {"id": f"{entry['id']}.then{i}", "lang": lang} | then
            for i, then in enumerate(entry.get("then", ()))
        ]
        if "more" in entry:
            nexts.append(
                {"id": f"{entry['id']}.more", "lang": lang, "ask": ["{more}"], "replies": entry["more"]}
            )
        return Exchange(
            id=entry["id"],
            lang=lang,
            phrasings=self._phrasings([*entry["ask"], *self.more_phrasings.get(entry["id"], ())]),
            replies=tuple(entry["replies"]),
            share=entry.get("share", 0.0),
            random_words=entry.get("random_words", False),
            follow_ups=tuple(self.intent(then) for then in nexts),
        )

    def table(self, entry: Mapping) -> list[Exchange]:
        """One exchange per row; they share the weight of the table."""
        rows = entry["rows"]
        exchanges = []
        for row in rows:
            values = dict(zip(entry["columns"], row, strict=True))
            asks = [_filled(pattern, values) for pattern in entry["ask"]]
            replies = [_sentence(_filled(reply, values)) for reply in entry["replies"]]
            key = f"{entry['id']}.{'-'.join(row[:3])}"
            exchanges.append(
                self.intent({"id": key, "ask": asks, "replies": replies, "share": entry["share"] / len(rows)})
            )
        return exchanges

    def _phrasings(self, patterns: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        allowed = (
            tuple(text for text in expand(pattern, self.words) if normalised(text) not in self.held_out)
            for pattern in patterns
        )
        return tuple(texts for texts in allowed if texts)


def _filled(pattern: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        pattern = pattern.replace(f"<{name}>", value)
    return pattern


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
