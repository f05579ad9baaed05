"""Put a short courteous sentence before or after some replies, so that samples differ. Changes no fact."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from exchanges import Exchange

SENTENCES = tomllib.loads((Path(__file__).parent / "topics" / "courtesy.toml").read_text(encoding="utf-8"))
OPENINGS = SENTENCES["openings"]
CLOSINGS = SENTENCES["closings"]
NOT_AFTER_OPENING = frozenset(SENTENCES["not_after_opening"])
NEVER_WITH = frozenset(SENTENCES["never_with"])
OPENING_CHANCE = 0.3
CLOSING_CHANCE = 0.38
SHORTEST_LETTERS = {"zh": 12}
SHORTEST_OTHER = 40


def courteous(reply: str, rng: Random, exchange: Exchange) -> str:
    """The reply, perhaps with an opening or a closing sentence; short replies and lists stay as they are."""
    lang = exchange.lang
    name = exchange.id.removeprefix(f"{lang}.")
    short = len(reply) < SHORTEST_LETTERS.get(lang, SHORTEST_OTHER)
    if short or "\n" in reply or name in NEVER_WITH or (name == "unknown" and lang != "en"):
        return reply
    unknown = name.startswith("unknown")
    opened = not unknown and lang in OPENINGS and reply.split(" ")[0] not in NOT_AFTER_OPENING
    if opened and rng.random() < OPENING_CHANCE:
        reply = f"{rng.choice(OPENINGS[lang])} {reply}"
    if not reply.endswith("?") and rng.random() < CLOSING_CHANCE:
        reply += ("" if lang == "zh" else " ") + rng.choice(CLOSINGS["unknown" if unknown else lang])
    return reply
