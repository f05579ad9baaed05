"""The vocabulary of a loaded model."""

import ctypes
from collections.abc import Iterator

from llama_cpp import llama_cpp as native

from oa_desktop.engine.llama.handle import ModelHandle
from oa_desktop.engine.llama.markers import MarkerCutter, is_marker


class LlamaVocabulary:
    """Text to tokens and back, from any thread; it keeps the model alive."""

    def __init__(self, model: ModelHandle) -> None:
        self._model = model
        self._vocab = native.llama_model_get_vocab(model.pointer)
        self.size: int = native.llama_vocab_n_tokens(self._vocab)
        self.bos = self._optional(native.llama_vocab_bos(self._vocab))
        self.eos = self._optional(native.llama_vocab_eos(self._vocab))
        self.eot = self._optional(native.llama_vocab_eot(self._vocab))
        self.add_bos: bool = native.llama_vocab_get_add_bos(self._vocab)
        self.end_tokens = frozenset(
            token for token in range(self.size) if native.llama_vocab_is_eog(self._vocab, token)
        )
        self._pieces: dict[int, bytes] = {}
        """Of the tokens that were asked for; a call into the library costs ten times a look-up."""
        self._markers = {token: text for token, text in self._user_defined() if is_marker(text)}
        self._cutter = MarkerCutter(self._markers.values())

    @staticmethod
    def _optional(token: int) -> int | None:
        return None if token < 0 else token

    def _user_defined(self) -> Iterator[tuple[int, str]]:
        for token in range(self.size):
            if native.llama_vocab_get_attr(self._vocab, token) & native.LLAMA_TOKEN_ATTR_USER_DEFINED:
                yield token, native.llama_vocab_get_text(self._vocab, token).decode(errors="replace")

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        if special or not self._markers:
            return self._read(text, special)
        return [token for part in self._cutter.parts(text) for token in self._read(part, special=False)]

    def _read(self, text: str, special: bool) -> list[int]:
        data = text.encode(errors="replace")
        room = len(data) + 8
        while True:
            buffer = (native.llama_token * room)()
            count = native.llama_tokenize(self._vocab, data, len(data), buffer, room, False, special)
            if count >= 0:
                return list(buffer[:count])
            room = -count

    def piece(self, token: int) -> bytes:
        known = self._pieces.get(token)
        if known is None:
            known = self._pieces[token] = b"" if token in self._markers else self._native_piece(token)
        return known

    def _native_piece(self, token: int) -> bytes:
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            count = native.llama_token_to_piece(self._vocab, token, buffer, room, 0, False)
            if count >= 0:
                return buffer.raw[:count]
            room = -count

    def name(self, token: int) -> str:
        """How the model file writes a token; for a special one, its name."""
        return str(native.llama_vocab_get_text(self._vocab, token).decode(errors="replace"))

    def special_token(self, text: str) -> int | None:
        tokens = self.tokenize(text, special=True)
        if len(tokens) != 1:
            return None
        kinds = native.LLAMA_TOKEN_ATTR_CONTROL | native.LLAMA_TOKEN_ATTR_USER_DEFINED
        return tokens[0] if native.llama_vocab_get_attr(self._vocab, tokens[0]) & kinds else None
