"""The vocabulary of a loaded model."""

import ctypes
import threading
from typing import Any

from llama_cpp import llama_cpp as native

from oa_desktop.errors import EngineError


class LlamaVocabulary:
    """Text to tokens and back, from any thread. After `close` it raises EngineError."""

    def __init__(self, model: Any) -> None:
        self._vocab = native.llama_model_get_vocab(model)
        self._lock = threading.Lock()
        self._open = True
        self.size: int = native.llama_vocab_n_tokens(self._vocab)
        self.bos = self._optional(native.llama_vocab_bos(self._vocab))
        self.eos = self._optional(native.llama_vocab_eos(self._vocab))
        self.eot = self._optional(native.llama_vocab_eot(self._vocab))
        self.add_bos: bool = native.llama_vocab_get_add_bos(self._vocab)
        self.end_tokens = frozenset(
            token for token in range(self.size) if native.llama_vocab_is_eog(self._vocab, token)
        )

    @staticmethod
    def _optional(token: int) -> int | None:
        return None if token < 0 else token

    def _check_open(self) -> None:
        if not self._open:
            raise EngineError("engine-closed", "The engine is shutting down.")

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        data = text.encode(errors="replace")
        room = len(data) + 8
        with self._lock:
            self._check_open()
            while True:
                buffer = (native.llama_token * room)()
                count = native.llama_tokenize(self._vocab, data, len(data), buffer, room, False, special)
                if count >= 0:
                    return list(buffer[:count])
                room = -count

    def piece(self, token: int) -> bytes:
        room = 64
        with self._lock:
            self._check_open()
            while True:
                buffer = ctypes.create_string_buffer(room)
                count = native.llama_token_to_piece(self._vocab, token, buffer, room, 0, False)
                if count >= 0:
                    return buffer.raw[:count]
                room = -count

    def special_token(self, text: str) -> int | None:
        tokens = self.tokenize(text, special=True)
        if len(tokens) != 1:
            return None
        kinds = native.LLAMA_TOKEN_ATTR_CONTROL | native.LLAMA_TOKEN_ATTR_USER_DEFINED
        with self._lock:
            self._check_open()
            special = native.llama_vocab_get_attr(self._vocab, tokens[0]) & kinds
        return tokens[0] if special else None

    def close(self) -> None:
        """Refuse further calls, before the model goes."""
        with self._lock:
            self._open = False
