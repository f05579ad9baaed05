"""What is worth knowing about a vocabulary while it streams past: role tokens, impossible byte tokens."""

import re

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

_WANTED = {token.encode(): token for token in ROLE_TOKENS}
_BYTE_TOKEN = re.compile(rb"<0x[0-9A-Fa-f]{2}>\Z")


class VocabularyScan:
    """Collects while `see` is called once for every token, in order."""

    __slots__ = ("bad_byte_token", "role_tokens")

    lengths = frozenset(range(4, 1 + max(map(len, _WANTED))))
    """Only tokens of these lengths in bytes are worth showing to `see`."""

    def __init__(self) -> None:
        self.role_tokens: dict[str, int] = {}
        self.bad_byte_token: tuple[int, bytes] | None = None

    def see(self, index: int, token: bytes) -> None:
        """Look at one token."""
        if token in _WANTED:
            self.role_tokens.setdefault(_WANTED[token], index)
        elif (
            token.startswith(b"<0x")
            and len(token) <= 8
            and token.endswith(b">")
            and not _BYTE_TOKEN.match(token)
        ):
            self.bad_byte_token = self.bad_byte_token or (index, token)
