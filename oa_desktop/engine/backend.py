"""What the scheduler needs from a model: a KV memory of cells, a batch decoder, samplers and a vocabulary.

`llama` is the real one, `fake` the one for tests; both pass the same contract test.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from oa_desktop.engine.requests import Sampling


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the model file says about itself."""

    name: str
    description: str
    architecture: str
    train_context_tokens: int
    parameter_count: int
    size_bytes: int
    chat_template: str | None = None


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """Where a loaded model computes, and how.

    kind: cpu, cuda, metal, vulkan, rocm, or what else a backend of ggml is called.
    layers: of the model, the output layer not counted; it is where the last of them is.
    """

    kind: str
    name: str
    layers: int
    offloaded_layers: int
    threads: int
    kv_type: str
    flash_attention: bool


ABORTED: Final = "aborted"
"""The code of a `DecodeError` that was asked for."""


class DecodeError(Exception):
    """A batch could not be computed. Its sequences may hold some of it: cut them back to their known length.

    code: kebab-case, as in `RequestFailure.code`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class StateError(Exception):
    """A sequence could not be written to its file, or not be made from one."""


@dataclass(slots=True)
class Batch:
    """Tokens to decode in one step, as columns. A row is an index into them.

    Rows of one sequence are in rising position and continue where its memory ends.
    """

    tokens: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    sequences: list[int] = field(default_factory=list)
    logits: list[bool] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.tokens)

    def add(self, tokens: list[int], position: int, sequence: int, *, logits: bool) -> int:
        """Append a run of tokens of one sequence; `logits` asks for them at the last one. Returns its row."""
        count = len(tokens)
        self.tokens.extend(tokens)
        self.positions.extend(range(position, position + count))
        self.sequences.extend([sequence] * count)
        self.logits.extend([False] * (count - 1))
        self.logits.append(logits)
        return len(self.tokens) - 1


class Vocabulary(Protocol):
    """Text to tokens and back. Safe to use from any thread, also while the model decodes."""

    size: int
    bos: int | None
    eos: int | None
    eot: int | None
    add_bos: bool
    """The model expects `bos` before its prompt; `tokenize` never adds it."""
    end_tokens: frozenset[int]
    """Every token that ends a generation."""

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """special: read `<|names|>` of control tokens as those tokens; otherwise they are plain text."""

    def piece(self, token: int) -> bytes:
        """The UTF-8 bytes of one token, maybe part of a character; empty for control tokens."""

    def special_token(self, text: str) -> int | None:
        """The id of the one token that is written `text`, or None when the model has no such token."""


class Sampler(Protocol):
    """The choice of tokens for one sequence, with a random stream of its own. Close it exactly once."""

    def sample(self, row: int) -> int:
        """Choose from the logits of `row` of the last decoded batch, and remember the choice."""

    def close(self) -> None: ...


class SequenceMemory(Protocol):
    """KV cells by sequence and position. Sequences are numbered 0 to `max_sequences` - 1."""

    def seq_cp(self, source: int, target: int, start: int, end: int) -> None:
        """Let `target` share the cells of `source` at positions [start, end); it costs no cell."""

    def seq_rm(self, sequence: int, start: int, end: int | None = None) -> None:
        """Take positions [start, end) from `sequence`; a cell no sequence holds becomes free.

        A part of a sequence may only be taken when `can_rewind`.
        """

    def sequence_length(self, sequence: int) -> int:
        """The position after the last cell of `sequence`."""


class Backend(SequenceMemory, Protocol):
    """A loaded model. One thread at a time, but for `vocabulary` and the plain numbers."""

    model: ModelFacts
    device: DeviceFacts
    notices: tuple[str, ...]
    """Sentences a person should see, e.g. why the processor computes although there is a graphics card."""
    n_ctx: int
    """The longest sequence, in tokens."""
    cells: int
    """KV cells for all sequences together, shared ones counted once."""
    max_sequences: int
    max_batch: int
    """The most rows of one `decode`; more than `max_sequences`."""
    can_rewind: bool
    """A sequence can be cut short. False for recurrent, hybrid and sliding-window memories."""
    state_kind: str
    """All that decides the bytes of a saved sequence besides the model file."""

    @property
    def vocabulary(self) -> Vocabulary: ...

    def decode(self, batch: Batch) -> None:
        """Compute a batch; its logits live until the next call. Raises: DecodeError."""

    def save_sequence(self, sequence: int, path: Path) -> None:
        """Write the cells of a sequence, wherever it begins, over the file at `path`.

        Raises: StateError, OSError.
        """

    def restore_sequence(self, sequence: int, path: Path) -> None:
        """Fill an empty sequence with saved cells, at the positions they had; the cells must be free.

        What others wrote behind the state in the file is not looked at. The state itself must be sound.
        Raises: StateError; the sequence may hold some of it then.
        """

    def interrupt(self, *, abort: bool) -> None:
        """From any thread. While `abort`, a decode ends early with the code ABORTED, where the device can."""

    def make_sampler(self, sampling: Sampling, seed: int, prompt: tuple[int, ...]) -> Sampler:
        """prompt: what the repetition penalty sees beside the sampled tokens."""

    def close(self) -> None:
        """Give everything back; samplers must be closed before."""
