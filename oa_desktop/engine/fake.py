"""A backend without a model: the next token is a pure function of a sequence's own tokens and the seed.

The function reads the cells the sequence really holds, so a wrong share, cut or eviction changes the text or
raises.
"""

import threading
from collections.abc import Sequence
from hashlib import blake2b

from oa_desktop.engine.backend import ABORTED, Batch, DecodeError, DeviceFacts, ModelFacts
from oa_desktop.engine.fake_memory import Cell, FakeMemory, digest_of
from oa_desktop.engine.requests import Sampling

SPECIALS = ("<eos>", "<bos>", "<|prompter|>", "<|assistant|>", "<|system|>", "<|im_start|>", "<|im_end|>")
EOS, BOS, IM_END = 0, 1, 6
FIRST_BYTE = len(SPECIALS)
WORDS = (
    *(" the", " a", " tree", " reply", " branch", " open", " assistant", " model", " answers", " every"),
    *(" question", " with", " care", " and", " some", " patience", " so", " that", " people", " can"),
    *(" learn", " to", " rank", " label", " compare", " share", " keep", " data", " free", " together"),
    *(" small", " large", " good", " kind", " clear", " short", " long", " new", " old", " first"),
    *(" last", " word", " line", " page", " light", " water", " stone", " river", " garden", " music"),
)
FIRST_WORD = FIRST_BYTE + 256
CHARACTERS = ("é", "李", "🙂")
"""They share no byte, so the first byte of one says all that follow."""

_NEXT_BYTE = {
    FIRST_BYTE + byte: FIRST_BYTE + follower
    for character in CHARACTERS
    for byte, follower in zip(character.encode(), character.encode()[1:], strict=False)
}


class FakeVocabulary:
    """Control tokens, the 256 bytes, and some words with a leading space."""

    size = FIRST_WORD + len(WORDS)
    bos: int | None = BOS
    eos: int | None = EOS
    eot: int | None = IM_END
    add_bos = False
    end_tokens = frozenset({EOS, IM_END})

    def __init__(self) -> None:
        self._words = sorted(
            ((word.encode(), FIRST_WORD + index) for index, word in enumerate(WORDS)),
            key=lambda entry: -len(entry[0]),
        )
        self._specials = [(name.encode(), token) for token, name in enumerate(SPECIALS)]

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        data = text.encode()
        entries = (self._specials if special else []) + self._words
        tokens: list[int] = []
        start = 0
        while start < len(data):
            for written, token in entries:
                if data.startswith(written, start):
                    tokens.append(token)
                    start += len(written)
                    break
            else:
                tokens.append(FIRST_BYTE + data[start])
                start += 1
        return tokens

    def piece(self, token: int) -> bytes:
        if token < FIRST_BYTE:
            return b""
        if token < FIRST_WORD:
            return bytes([token - FIRST_BYTE])
        return WORDS[token - FIRST_WORD].encode()

    def special_token(self, text: str) -> int | None:
        return SPECIALS.index(text) if text in SPECIALS else None


def _choose(token: int, digest: bytes, seed: int | None, end_odds: int) -> int:
    """The token that follows `token`, the last of a sequence of this digest. `seed` None is greedy."""
    if token in _NEXT_BYTE:
        return _NEXT_BYTE[token]
    salt = b"" if seed is None else seed.to_bytes(8, "little")
    dice = int.from_bytes(blake2b(digest + salt, digest_size=8).digest(), "little")
    if end_odds and dice % end_odds == 0:
        return EOS
    if dice % 7 == 1:
        return FIRST_BYTE + CHARACTERS[dice // 7 % len(CHARACTERS)].encode()[0]
    if dice % 31 == 2:
        return FIRST_BYTE + ord(".")
    return FIRST_WORD + dice // 31 % len(WORDS)


def expected_tokens(
    prompt: Sequence[int],
    *,
    seed: int | None,
    max_tokens: int,
    end_odds: int = 24,
    ignore_eos: bool = False,
) -> list[int]:
    """What a reply must be, whatever runs beside it; without the end token."""
    digest = b""
    for token in prompt:
        digest = digest_of(digest, token)
    last, reply = prompt[-1], list[int]()
    while len(reply) < max_tokens:
        last = _choose(last, digest, seed, end_odds)
        if last in FakeVocabulary.end_tokens and not ignore_eos:
            break
        digest = digest_of(digest, last)
        reply.append(last)
    return reply


class FakeSampler:
    """Chooses from the digest of a row; `backend.open_samplers` counts those not closed."""

    def __init__(self, backend: "FakeBackend", seed: int | None) -> None:
        self._backend = backend
        self._seed = seed
        self._closed = False
        backend.open_samplers += 1

    def sample(self, row: int) -> int:
        token, digest = self._backend.logits(row)
        return _choose(token, digest, self._seed, self._backend.end_odds)

    def close(self) -> None:
        if self._closed:
            raise RuntimeError("sampler closed twice")
        self._closed = True
        self._backend.open_samplers -= 1


class FakeBackend(FakeMemory):
    """end_odds: one token in so many ends a reply, 0 for never."""

    def __init__(
        self,
        *,
        n_ctx: int = 1024,
        cells: int = 4096,
        max_sequences: int = 32,
        max_batch: int = 1024,
        can_rewind: bool = True,
        end_odds: int = 24,
    ) -> None:
        super().__init__(cells=cells, max_sequences=max_sequences, can_rewind=can_rewind)
        self.vocabulary = FakeVocabulary()
        self.model = ModelFacts("fake", "no model, only a digest", "fake", n_ctx, 0, 0)
        self.device = DeviceFacts("cpu", "no device", 0, 0, 1, "f16", flash_attention=False)
        self.notices: tuple[str, ...] = ()
        self.state_kind = "fake"
        self.n_ctx = n_ctx
        self.max_batch = max_batch
        self.end_odds = end_odds
        self.open_samplers = 0
        self.aborting = threading.Event()
        self.decoded_tokens = 0
        self.failures: list[DecodeError] = []
        """Raised by the next calls of `decode`, one each, before it does anything."""
        self.poison: frozenset[int] = frozenset()
        """A batch with one of these tokens fails."""
        self.closed = False
        self._rows: dict[int, Cell] = {}

    def decode(self, batch: Batch) -> None:
        if self.closed:
            raise RuntimeError("decode after close")
        if not 0 < len(batch) <= self.max_batch:
            raise RuntimeError(f"a batch of {len(batch)} rows; 1 to {self.max_batch} are allowed")
        self._rows = {}
        if self.failures:
            raise self.failures.pop(0)
        if len(batch) > self.cells - self._used:
            raise DecodeError("out-of-cells", f"{len(batch)} tokens, {self.cells - self._used} free cells")
        if not all(0 <= token < self.vocabulary.size for token in batch.tokens):
            raise DecodeError("bad-batch", "a token that is not in the vocabulary")
        if not self.poison.isdisjoint(batch.tokens):
            raise DecodeError("decode-failed", "a poisoned token")
        columns = zip(batch.tokens, batch.positions, batch.sequences, batch.logits, strict=True)
        for row, (token, position, sequence, logits) in enumerate(columns):
            if self.aborting.is_set() and row >= len(batch) // 2:
                raise DecodeError(ABORTED, "the decode was interrupted half-way")
            cell = self.append(sequence, position, token)
            if logits:
                self._rows[row] = cell
        self.decoded_tokens += len(batch)

    def logits(self, row: int) -> tuple[int, bytes]:
        """Stands for the logits of a row: its token and the digest of everything up to it."""
        cell = self._rows[row]
        return cell.token, cell.digest

    def interrupt(self, *, abort: bool) -> None:
        if abort:
            self.aborting.set()
        else:
            self.aborting.clear()

    def make_sampler(self, sampling: Sampling, seed: int, prompt: tuple[int, ...]) -> FakeSampler:
        del prompt  # penalties are not imitated
        return FakeSampler(self, None if sampling.temperature == 0 else seed)

    def close(self) -> None:
        self.closed = True
