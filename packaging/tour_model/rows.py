"""Draw training rows: random conversations in Open-Assistant's format, as token ids with loss weights."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from courtesy import courteous
from phrasing import typed
from tokenizer import ASSISTANT, END, PREFIX_BEGIN, PREFIX_END, PROMPTER, SYSTEM, encode_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exchanges import Exchange
    from tokenizers import Tokenizer

REPLY_CHANCES = (0.54, 0.25, 0.15, 0.06)
BRIEF_CHANCES = (0.08, 0.12, 0.78, 0.02)
PATTERN_POWER = 0.25
FIRST_PATTERN_FACTOR = 2.0
PROMPT_WEIGHT = 0.1
FIRST_TOKENS = 3
FIRST_WEIGHT = 3.0
FOLLOW_UP_CHANCE = 0.45
SYSTEM_CHANCE = 0.12
PREFIX_CHANCE = 0.02
BRIEF_SYSTEM = (
    "Answer briefly.",
    "Reply in one short sentence.",
    "Be brief.",
    "Keep your answers short.",
    "Short answers only.",
)
SYSTEMS = (
    "You are a helpful assistant.",
    "You are a helpful, respectful and honest assistant.",
    "You are Open-Assistant.",
    "You are a friendly guide to this app.",
    "Be kind and honest.",
    "Answer the question.",
    "You are an assistant.",
    "You are a chat assistant that helps people.",
    "Please be polite.",
    "You are a large language model.",
    "Help the user as well as you can.",
    "You are OpenAssistant, a chat assistant made by volunteers.",
)


@dataclass(frozen=True, slots=True)
class Row:
    """Three lists of one length; what they say belongs to the token at that place.

    weights: of the token in the loss.
    exchanges: at an assistant tag the number of the exchange to answer, elsewhere -1.
    """

    ids: list[int]
    weights: list[float]
    exchanges: list[int]


class RowSource:
    """An endless, seeded source of rows."""

    def __init__(self, exchanges: Sequence[Exchange], tokenizer: Tokenizer, seed: int) -> None:
        self._exchanges = exchanges
        self._shares = [exchange.share for exchange in exchanges]
        everything = [part for exchange in exchanges for part in (exchange, *exchange.follow_ups)]
        self._numbers = {exchange.id: number for number, exchange in enumerate(everything)}
        self._foreign = {
            lang: [exchange for exchange in exchanges if exchange.lang == lang]
            for lang in ("zh", "es", "de", "fr")
        }
        self._more = next(exchange for exchange in exchanges if exchange.id == "any.more")
        self._tokenizer = tokenizer
        self._special = {
            token: tokenizer.token_to_id(token)
            for token in (END, PROMPTER, ASSISTANT, SYSTEM, PREFIX_BEGIN, PREFIX_END)
        }
        self._pattern_weights: dict[str, list[float]] = {}
        self._rng = Random(seed)

    @property
    def exchange_count(self) -> int:
        """How many exchanges there are, follow-ups included."""
        return len(self._numbers)

    def row(self, length: int) -> Row:
        """One conversation cut to exactly `length` tokens."""
        row, chances = self._opening()
        exchange = self._draw()
        while len(row.ids) < length:
            self._add_exchange(row, exchange, chances)
            exchange = self._next(exchange)
        return Row(row.ids[:length], row.weights[:length], row.exchanges[:length])

    def _opening(self) -> tuple[Row, Sequence[float]]:
        row, chance = Row([], [], []), self._rng.random()
        if chance < PREFIX_CHANCE:
            self._add(
                row, PREFIX_BEGIN, encode_text(self._tokenizer, self._rng.choice(SYSTEMS)), PREFIX_END, 0.0
            )
        elif chance < PREFIX_CHANCE + SYSTEM_CHANCE:
            brief = self._rng.random() < 0.4
            text = self._rng.choice(BRIEF_SYSTEM if brief else SYSTEMS)
            self._add(row, SYSTEM, encode_text(self._tokenizer, text), END, 0.0)
            return row, BRIEF_CHANCES if brief else REPLY_CHANCES
        return row, REPLY_CHANCES

    def _phrasing(self, exchange: Exchange) -> str:
        """A pattern with many forms is drawn somewhat more often than one with few."""
        if exchange.id not in self._pattern_weights:
            weights = [len(pattern) ** PATTERN_POWER for pattern in exchange.phrasings]
            weights[0] *= FIRST_PATTERN_FACTOR
            self._pattern_weights[exchange.id] = weights
        pattern = self._rng.choices(exchange.phrasings, self._pattern_weights[exchange.id])[0]
        return self._rng.choice(pattern)

    def _add_exchange(self, row: Row, exchange: Exchange, chances: Sequence[float]) -> None:
        phrasing = self._phrasing(exchange)
        question = typed(phrasing, self._rng, exchange.lang, exchange.random_words)
        self._add(row, PROMPTER, encode_text(self._tokenizer, question), END, PROMPT_WEIGHT)
        reply = self._rng.choices(exchange.replies, chances[: len(exchange.replies)])[0]
        reply_ids = encode_text(self._tokenizer, courteous(reply, self._rng, exchange))
        at = len(row.ids)
        self._add(row, ASSISTANT, reply_ids, END, 1.0)
        row.weights[at + 1 : at + 1 + FIRST_TOKENS] = [FIRST_WEIGHT] * min(
            FIRST_TOKENS, len(row.ids) - at - 1
        )
        row.exchanges[at] = self._numbers[exchange.id]

    def _add(self, row: Row, opening: str, ids: list[int], closing: str, weight: float) -> None:
        row.ids.extend((self._special[opening], *ids, self._special[closing]))
        row.weights.extend((0.0, *[weight] * (len(ids) + 1)))
        row.exchanges.extend([-1] * (len(ids) + 2))

    def _draw(self) -> Exchange:
        return self._rng.choices(self._exchanges, self._shares)[0]

    def _next(self, last: Exchange) -> Exchange:
        """A follow-up of the last exchange, or anything else; a conversation mostly keeps its language."""
        if last.follow_ups and self._rng.random() < FOLLOW_UP_CHANCE:
            return self._rng.choice(last.follow_ups)
        if last.lang in self._foreign and self._rng.random() < 0.7:
            return self._rng.choice(self._foreign[last.lang])
        drawn = self._draw()
        return last.follow_ups[-1] if drawn is self._more and last.follow_ups else drawn
