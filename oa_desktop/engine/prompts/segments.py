"""A rendered prompt as pieces that remember who wrote them, and their way to token ids.

Special tokens come only from what a prompt format wrote. Text a person or a model wrote stays text, also when
it spells `<|assistant|>`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Protocol

_SPECIAL_LOOK: Final = re.compile(r"<\|[^<>|]{1,64}\|>|<[^<>\s]{1,64}>|\[/?[A-Za-z_]{2,32}\]")


class TokenTable(Protocol):
    """What of a vocabulary is needed here; `engine.backend.Vocabulary` is one."""

    bos: int | None
    add_bos: bool

    def tokenize(self, text: str, *, special: bool = False) -> list[int]: ...

    def special_token(self, text: str) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the prompt. is_template: the format wrote it, so special tokens in it are meant."""

    text: str
    is_template: bool


@dataclass(frozen=True, slots=True)
class Token:
    """One special token, by id: where a format says "end of sequence", whatever the vocabulary calls it."""

    id: int


Prompt = tuple[Segment | Token, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the prompt as it is read: one special token with its id, or text, where token is None."""

    text: str
    token: int | None
    is_template: bool


def encode(prompt: Prompt, vocabulary: TokenTable) -> tuple[int, ...]:
    """The token ids of a prompt, with the vocabulary's BOS in front once if it wants one.

    Text between two special tokens is tokenised as one run, whoever wrote its parts, so the ids are those a
    tokeniser gives the whole string when nobody pastes special tokens.
    """
    ids: list[int] = []
    run: list[str] = []
    for piece in pieces(prompt, vocabulary):
        if piece.token is None:
            run.append(piece.text)
        else:
            ids += _plain("".join(run), vocabulary)
            ids.append(piece.token)
            run.clear()
    ids += _plain("".join(run), vocabulary)
    if vocabulary.add_bos and vocabulary.bos is not None and ids[:1] != [vocabulary.bos]:
        ids.insert(0, vocabulary.bos)
    return tuple(ids)


def special_names(text: str, vocabulary: TokenTable) -> dict[str, int]:
    """The special tokens of the vocabulary that `text` spells out, with their ids."""
    spelled = {match.group() for match in _SPECIAL_LOOK.finditer(text)}
    found = {name: vocabulary.special_token(name) for name in spelled}
    return {name: token for name, token in found.items() if token is not None}


def pieces(prompt: Prompt, vocabulary: TokenTable) -> Iterator[Piece]:
    """Split what the format wrote at the special tokens it names; a token given by its id has no text."""
    for segment in prompt:
        if isinstance(segment, Token):
            yield Piece("", segment.id, True)
            continue
        start = 0
        for match in _SPECIAL_LOOK.finditer(segment.text) if segment.is_template else ():
            token = vocabulary.special_token(match.group())
            if token is not None:
                yield Piece(segment.text[start : match.start()], None, True)
                yield Piece(match.group(), token, True)
                start = match.end()
        yield Piece(segment.text[start:], None, segment.is_template)


def _plain(text: str, vocabulary: TokenTable) -> list[int]:
    """The ids of `text` with no special token among them.

    llama.cpp reads tokens a file marks "user defined" even where special tokens are off, and old conversions
    mark role tokens so. Such a name is tokenised in two halves, which no token can span.
    """
    if not text:
        return []
    ids = vocabulary.tokenize(text, special=False)
    names = special_names(text, vocabulary)
    if set(names.values()).isdisjoint(ids):
        return ids
    spelled = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))
    cuts = [0, *(match.start() + 1 for match in spelled.finditer(text)), len(text)]
    halves: list[int] = []
    for start, end in pairwise(cuts):
        halves += vocabulary.tokenize(text[start:end], special=False)
    return halves
