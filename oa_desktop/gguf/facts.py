"""What a header means to a person and to the memory estimate: name, size, quantisation, context, shape."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from oa_desktop.gguf.architectures import FOR_PICTURES, NOT_FOR_CHAT
from oa_desktop.gguf.errors import printable
from oa_desktop.gguf.families import PromptFamily, guess_family
from oa_desktop.gguf.header import TOKENS_KEY, GgufHeader
from oa_desktop.gguf.tensor_types import FILE_TYPES
from oa_desktop.gguf.values import ArrayValue


class Purpose(StrEnum):
    """What a GGUF file is good for."""

    CHAT = "chat"
    EMBEDDING = "embedding"
    PROJECTOR = "projector"
    ADAPTER = "adapter"
    VOCABULARY = "vocabulary"
    MATRIX = "matrix"
    PICTURES = "pictures"


@dataclass(frozen=True, slots=True)
class Shape:
    """The numbers the KV cache is sized from. Heads per layer; 0 where the file does not say."""

    layers: int
    embedding_length: int
    kv_heads: tuple[int, ...]
    key_length: int
    value_length: int
    vocabulary_size: int


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Facts of one model file; texts are safe to show on one line.

    context_tokens: what it was trained for, 0 if not said. split: (part, parts) of a model in several files.
    notes: sentences a person should know, for example that no template is in the file.
    """

    name: str
    architecture: str
    parameter_count: int
    quantisation: str
    context_tokens: int
    size_bytes: int
    has_chat_template: bool
    family: PromptFamily
    licence: str
    purpose: Purpose
    split: tuple[int, int] | None
    shape: Shape
    notes: tuple[str, ...]

    @property
    def parameter_label(self) -> str:
        """`7.2B`, `4.0M`."""
        for size, unit in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
            if self.parameter_count >= size:
                return f"{self.parameter_count / size:.1f}{unit}"
        return str(self.parameter_count)


def facts_of(header: GgufHeader) -> ModelFacts:
    """Never raises: what the file does not say is 0, empty or guessed."""
    template = header.text("tokenizer.chat_template")
    name = printable(header.text("general.name") or header.path.stem)
    family = guess_family(header.role_tokens, template, f"{name} {header.path.name}")
    return ModelFacts(
        name=name,
        architecture=printable(header.architecture),
        parameter_count=sum(tensor.element_count for tensor in header.tensors),
        quantisation=_quantisation(header),
        context_tokens=header.integer(f"{header.architecture}.context_length") or 0,
        size_bytes=header.file_size,
        has_chat_template=template is not None,
        family=family,
        licence=printable(header.text("general.license") or ""),
        purpose=_purpose(header),
        split=_split(header),
        shape=_shape(header),
        notes=_notes(header, family),
    )


def _quantisation(header: GgufHeader) -> str:
    file_type = header.integer("general.file_type")
    if file_type in FILE_TYPES:
        return FILE_TYPES[file_type]
    weights: Counter[str] = Counter()
    for tensor in header.tensors:
        weights[tensor.type_name] += tensor.size_bytes
    return weights.most_common(1)[0][0] if weights else ""


def _purpose(header: GgufHeader) -> Purpose:
    kind = header.text("general.type")
    if kind == "mmproj" or header.architecture == "clip":
        return Purpose.PROJECTOR
    if kind == "adapter" or "adapter.type" in header.metadata:
        return Purpose.ADAPTER
    if kind == "imatrix":
        return Purpose.MATRIX
    if kind == "vocab" or (not header.tensors and _split(header) is None):
        return Purpose.VOCABULARY
    if header.architecture in FOR_PICTURES:
        return Purpose.PICTURES
    if header.architecture in NOT_FOR_CHAT:
        return Purpose.EMBEDDING
    return Purpose.CHAT


def _split(header: GgufHeader) -> tuple[int, int] | None:
    count, number = header.integer("split.count"), header.integer("split.no")
    if count is None or count < 2:
        return None
    return (number or 0) + 1, count


def _shape(header: GgufHeader) -> Shape:
    prefix = header.architecture
    layers = header.integer(f"{prefix}.block_count") or 0
    embedding = header.integer(f"{prefix}.embedding_length") or 0
    heads = _per_layer(header.metadata, f"{prefix}.attention.head_count", layers)
    kv_heads = _per_layer(header.metadata, f"{prefix}.attention.head_count_kv", layers) or heads
    head_length = embedding // max(heads) if heads and max(heads) > 0 else 0
    tokens = header.metadata.get(TOKENS_KEY)
    return Shape(
        layers=layers,
        embedding_length=embedding,
        kv_heads=kv_heads,
        key_length=header.integer(f"{prefix}.attention.key_length") or head_length,
        value_length=header.integer(f"{prefix}.attention.value_length") or head_length,
        vocabulary_size=tokens.length if isinstance(tokens, ArrayValue) else 0,
    )


def _per_layer(metadata: Mapping[str, object], key: str, layers: int) -> tuple[int, ...]:
    value = metadata.get(key)
    if isinstance(value, ArrayValue):
        return tuple(max(0, item) for item in value.items or () if isinstance(item, int))
    return (max(0, value),) * layers if isinstance(value, int) else ()


def _notes(header: GgufHeader, family: PromptFamily) -> tuple[str, ...]:
    notes = []
    if family is PromptFamily.PLAIN:
        notes.append("This is a base model: it continues text and was not taught to answer.")
    if header.text("tokenizer.ggml.model") == "gpt2" and "tokenizer.ggml.pre" not in header.metadata:
        notes.append(
            "The file is from before 2024 and does not say how text is split; answers may be a little worse."
        )
    return tuple(notes)
