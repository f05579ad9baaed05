"""Write the tour conversations as oasst trees: one object per line, every key present, always the same bytes.

    python packaging/tour_model/conversations.py resources/tour/conversations.jsonl

Each tree takes one phrasing of one question. Ids are UUIDs derived from the place in the tree; dates are made
up but fixed. The texts were written for this purpose: every node is `synthetic`, by the model `written`.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from exchanges import Exchange, load_exchanges
from phrasing import tidy

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMESPACE = uuid5(NAMESPACE_URL, "openassistant-desktop/tour")
AUTHOR = str(uuid5(NAMESPACE, "author"))
FIRST_DATE = datetime(2026, 11, 21, 9, 0, 0, 1, tzinfo=UTC)
TREES_PER_EXCHANGE = 3
TREES_PER_ROW = 1
SUMS_KEPT = 40
GRADES = (1.0, 0.75, 0.5, 0.25)
FINAL_TURNS = ("thanks", "yes", "how-are-you", "rank.how", "any.more", "bye", "branch.what", "privacy")

Node = dict[str, object]


def trees(exchanges: list[Exchange]) -> Iterator[Node]:
    """All trees in a fixed order; the number of a tree decides every random choice in it."""
    by_id = {exchange.id: exchange for exchange in exchanges}
    endings = [by_id[name] for name in FINAL_TURNS]
    sums_left = SUMS_KEPT
    number = 0
    for exchange in _spread(exchanges):
        if exchange.id.startswith("sum."):
            sums_left -= 1
            if sums_left < 0:
                continue
        for phrasing in _phrasings(exchange):
            yield _Tree(number, exchange, endings).build(phrasing)
            number += 1


def _spread(exchanges: list[Exchange]) -> list[Exchange]:
    """The sums in an order that is mixed but fixed, everything else as in the topic files."""
    sums = [exchange for exchange in exchanges if exchange.id.startswith("sum.")]
    Random(5).shuffle(sums)
    return [exchange for exchange in exchanges if not exchange.id.startswith("sum.")] + sums


def _phrasings(exchange: Exchange) -> list[str]:
    """A few phrasings of different patterns, fixed by the name of the exchange."""
    rng = Random(exchange.id)
    wanted = TREES_PER_ROW if exchange.id.split(".")[0] in ROW_TABLES else TREES_PER_EXCHANGE
    patterns = list(exchange.phrasings)
    rng.shuffle(patterns)
    return list(dict.fromkeys(rng.choice(pattern) for pattern in patterns[:wanted]))


ROW_TABLES = frozenset(
    {"sum", "capital", "where-city", "colour", "animal-sound", "legs", "opposite", "after"}
)


class _Tree:
    def __init__(self, number: int, exchange: Exchange, endings: list[Exchange]) -> None:
        self._number = number
        self._exchange = exchange
        self._endings = endings
        self._rng = Random(number)
        self._nodes = 0

    def build(self, phrasing: str) -> Node:
        prompt = self._prompt(phrasing, self._exchange.lang, None)
        self._answer(prompt, self._exchange)
        if (then := self._follow_up()) is not None:
            best = prompt["replies"][0]
            second = self._prompt(
                self._rng.choice(self._rng.choice(then.phrasings)), then.lang, best["message_id"]
            )
            best["replies"].append(second)
            self._answer(second, then)
        return {
            "message_tree_id": prompt["message_id"],
            "tree_state": "ready_for_export",
            "prompt": prompt,
            "origin": None,
        }

    def _follow_up(self) -> Exchange | None:
        """One of the question's own follow-ups, or in every fourth English tree something short."""
        if self._exchange.follow_ups:
            return self._exchange.follow_ups[self._number % len(self._exchange.follow_ups)]
        if self._exchange.lang == "en" and self._number % 4 == 0:
            return self._rng.choice(self._endings)
        return None

    def _prompt(self, phrasing: str, lang: str, parent: object) -> Node:
        text = phrasing if lang == "zh" else tidy(phrasing, self._rng)
        return self._node(text, "prompter", lang, parent, None, None)

    def _answer(self, prompt: Node, exchange: Exchange) -> None:
        labelled = self._number % 3 == 0
        for place, text in enumerate(exchange.replies):
            rank = place if len(exchange.replies) > 1 else None
            labels = _labels(place) if labelled else None
            prompt["replies"].append(
                self._node(text, "assistant", exchange.lang, prompt["message_id"], rank, labels)
            )

    def _node(
        self, text: str, role: str, lang: str, parent: object, rank: int | None, labels: Node | None
    ) -> Node:
        self._nodes += 1
        created = FIRST_DATE + timedelta(minutes=self._number, seconds=self._nodes)
        return {
            "message_id": str(uuid5(NAMESPACE, f"{self._exchange.id}/{self._number}/{self._nodes}")),
            "parent_id": parent,
            "user_id": AUTHOR,
            "created_date": created.isoformat(),
            "text": text,
            "role": role,
            "lang": lang,
            "review_count": 1,
            "review_result": True,
            "deleted": False,
            "rank": rank,
            "synthetic": True,
            "model_name": "written",
            "emojis": None,
            "replies": [],
            "labels": labels,
            "events": None,
            "detoxify": None,
            "message_tree_id": None,
            "tree_state": None,
        }


def _labels(place: int) -> Node:
    """The author's view of a reply at this place: falling quality and helpfulness, never spam or toxic."""
    values = {
        "spam": 0.0,
        "fails_task": float(place == len(GRADES) - 1),
        "quality": GRADES[place],
        "helpfulness": GRADES[place],
        "toxicity": 0.0,
        "violence": 0.0,
    }
    return {name: {"value": value, "count": 1} for name, value in values.items()}


def main(out: Path) -> None:
    lines = [json.dumps(tree, ensure_ascii=False) for tree in trees(load_exchanges())]
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write(f"{out}: {len(lines)} trees\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
