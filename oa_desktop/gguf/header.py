"""Read the header of a GGUF file without trusting it: no count is believed, nothing long is kept.

Follows ggml/docs/gguf.md and, where llama.cpp is stricter than the text, llama.cpp (`gguf_init_from_file`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from oa_desktop.gguf.byte_reader import ByteReader, Bytes
from oa_desktop.gguf.errors import ModelUnsupported, NotAModel, shown_name
from oa_desktop.gguf.limits import MAX_KEY_BYTES, MAX_PAIRS, MAX_TENSORS
from oa_desktop.gguf.metadata_checks import check_metadata
from oa_desktop.gguf.opening import open_regular
from oa_desktop.gguf.sniff import kind_of_bytes
from oa_desktop.gguf.tensors import TensorInfo, check_layout, read_tensor
from oa_desktop.gguf.values import Value, ValueReader, ValueType
from oa_desktop.gguf.vocabulary import VocabularyScan

MAGIC = b"GGUF"
VERSIONS = (2, 3)
DEFAULT_ALIGNMENT = 32
TOKENS_KEY = "tokenizer.ggml.tokens"


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What a GGUF file says about itself.

    metadata: in file order. Long arrays are counted, not kept (`ArrayValue.items` is None).
    role_tokens: which tokens of `vocabulary.ROLE_TOKENS` the vocabulary has, with their ids.
    data_offset: where the tensor data starts, in bytes; `TensorInfo.offset` counts from there.
    """

    path: Path
    version: int
    file_size: int
    alignment: int
    data_offset: int
    metadata: Mapping[str, Value]
    tensors: tuple[TensorInfo, ...]
    role_tokens: Mapping[str, int] = field(default_factory=dict)

    def text(self, key: str) -> str | None:
        """The value of `key` if it is a text."""
        value = self.metadata.get(key)
        return value if isinstance(value, str) else None

    def integer(self, key: str) -> int | None:
        """The value of `key` if it is a whole number."""
        value = self.metadata.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    @property
    def architecture(self) -> str:
        """`general.architecture`, or an empty text."""
        return self.text("general.architecture") or ""


def read_header(path: Path) -> GgufHeader:
    """The header of the model file at `path`.

    Reads no weights, takes well under a second and 50 MB whatever the file holds, opens only regular files.
    Raises: ModelMissing, NotAModel, ModelDamaged, ModelIncomplete, ModelUnsupported.
    """
    with open_regular(path) as (file, size_bytes):
        return parse_header(file, path, size_bytes)


def parse_header(file: Bytes, path: Path, size_bytes: int) -> GgufHeader:
    """The header of a file of `size_bytes` that need not be here; only its start is read.

    path: for messages. Raises: NotAModel, ModelDamaged, ModelIncomplete, ModelUnsupported, what reading does.
    """
    reader = ByteReader(file, path, size_bytes)
    _check_magic(reader)
    version = _version(reader)
    tensor_count = _count(reader, "tensor count", MAX_TENSORS)
    pair_count = _count(reader, "metadata count", MAX_PAIRS)
    scan = VocabularyScan()
    metadata = _metadata(reader, pair_count, scan)
    check_metadata(reader, metadata, scan)
    alignment = _alignment(reader, metadata)
    tensors = _tensors(reader, tensor_count)
    data_offset = reader.position + -reader.position % alignment if tensors else reader.position
    check_layout(reader, tensors, data_offset, alignment)
    return GgufHeader(
        path, version, size_bytes, alignment, data_offset, metadata, tensors, dict(scan.role_tokens)
    )


def _check_magic(reader: ByteReader) -> None:
    start = reader.take(min(4, reader.remaining), "magic")
    if start == MAGIC:
        return
    if start and MAGIC.startswith(start):
        reader.require(4 - len(start), "magic")
    reader.position = 0
    kind = kind_of_bytes(reader.take(min(512, reader.remaining), "magic"), reader.path)
    raise NotAModel(
        "model-not-gguf", f"{shown_name(reader.path)} is {kind.title}, not a GGUF model.", hint=kind.hint
    )


def _version(reader: ByteReader) -> int:
    version = reader.u32("version")
    if version in VERSIONS:
        return version
    name = shown_name(reader.path)
    if version == 1:
        raise ModelUnsupported(
            "model-unsupported",
            f"{name} is a GGUF file of version 1 (August 2023), which llama.cpp no longer reads.",
            hint="Look for a newer file of the same model.",
        )
    if version and version & 0xFFFF == 0:
        raise ModelUnsupported(
            "model-unsupported",
            f"{name} is written for big-endian machines and cannot be read here.",
            hint="Look for the usual (little-endian) file of the same model.",
        )
    if version == 0 or version > 1000:
        raise reader.damaged("version", f"is {version}")
    raise ModelUnsupported(
        "model-unsupported",
        f"{name} is a GGUF file of version {version}; this engine reads up to version {VERSIONS[-1]}.",
        hint="Update the app.",
    )


def _count(reader: ByteReader, field_name: str, limit: int) -> int:
    count = reader.u64(field_name)
    if count > limit:
        raise reader.damaged(field_name, f"is {count}, more than {limit}")
    return count


def _metadata(reader: ByteReader, pair_count: int, scan: VocabularyScan) -> dict[str, Value]:
    values = ValueReader(reader)
    metadata: dict[str, Value] = {}
    for number in range(pair_count):
        key = values.text(f"key {number + 1}", MAX_KEY_BYTES)
        if not key:
            raise reader.damaged(f"key {number + 1}", "is empty")
        if key in metadata:
            raise reader.damaged(key, "appears twice")
        metadata[key] = values.value(key, scan if key == TOKENS_KEY else None)
    return metadata


def _alignment(reader: ByteReader, metadata: Mapping[str, Value]) -> int:
    alignment = metadata.get("general.alignment", DEFAULT_ALIGNMENT)
    if not isinstance(alignment, int) or isinstance(alignment, bool):
        raise reader.damaged("general.alignment", "is not a whole number")
    if not 0 < alignment <= 1 << 20 or alignment & (alignment - 1):
        raise reader.damaged("general.alignment", f"is {alignment}, not a power of two")
    return alignment


def _tensors(reader: ByteReader, count: int) -> tuple[TensorInfo, ...]:
    tensors: list[TensorInfo] = []
    names: set[str] = set()
    for number in range(count):
        tensor = read_tensor(reader, number)
        if tensor.name in names:
            raise reader.damaged(f"tensor {tensor.name}", "appears twice")
        names.add(tensor.name)
        tensors.append(tensor)
    return tuple(tensors)


__all__ = ["GgufHeader", "TensorInfo", "ValueType", "read_header"]
