"""What is worth knowing about a vocabulary while it streams past: role tokens, tokens that cannot be."""

import re
from collections.abc import Sequence

ROLE_TOKENS: tuple[str, ...] = (
    "<|prompter|>",
    "<|assistant|>",
    "<|system|>",
    "<|user|>",
    "<|prompt|>",
    "<|answer|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|endoftext|>",
    "<|start_header_id|>",
    "<|end_of_turn|>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<|turn>",
    "<|start_of_role|>",
    "<|end|>",
    "<|start|>",
    "[INST]",
    "</s>",
)
"""Tokens that tell prompt families apart."""

COMPARED_TOKENS = 300_000
"""More than any vocabulary seen; a bound on the memory that comparing takes."""

_WANTED = {token.encode(): token for token in ROLE_TOKENS}
_BYTE = re.compile(rb"<0x[0-9A-Fa-f]{2}>\Z")
_LOOKS_LIKE_A_BYTE = re.compile(rb"<0x.{0,4}>\Z", re.DOTALL)


class VocabularyScan:
    """Collects while `see` is shown all tokens, in order, some thousand at a time."""

    __slots__ = ("_seen", "bad_byte_token", "duplicate", "role_tokens")

    def __init__(self) -> None:
        self.role_tokens: dict[str, int] = {}
        self.bad_byte_token: tuple[int, bytes] | None = None
        self.duplicate: tuple[int, bytes] | None = None
        self._seen: set[int] = set()

    def see(self, first: int, tokens: Sequence[bytes]) -> None:
        """Look at tokens; the first of them has the id `first`."""
        for token in _WANTED.keys() & set(tokens):
            self.role_tokens.setdefault(_WANTED[token], first + tokens.index(token))
        for index, token in enumerate(tokens):
            if token.startswith(b"<0x") and _LOOKS_LIKE_A_BYTE.match(token) and not _BYTE.match(token):
                self.bad_byte_token = self.bad_byte_token or (first + index, token)
        if first < COMPARED_TOKENS and self.duplicate is None:
            self._compare(first, tokens)

    def _compare(self, first: int, tokens: Sequence[bytes]) -> None:
        """llama.cpp ends a token at a NUL, renames empty ones, and aborts when two are the same then."""
        texts = [token.partition(b"\0")[0] if b"\0" in token else token for token in tokens]
        marks = [hash(text) for text in texts if text]
        fresh = set(marks)
        if len(fresh) < len(marks) or not fresh.isdisjoint(self._seen):
            self.duplicate = self._first_repeated(first, texts)
        self._seen |= fresh

    def _first_repeated(self, first: int, texts: Sequence[bytes]) -> tuple[int, bytes] | None:
        seen = set(self._seen)
        for index, text in enumerate(texts):
            if text and hash(text) in seen:
                return first + index, text
            seen.add(hash(text))
        return None
