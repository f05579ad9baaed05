"""The list of tensors in a header: name, shape, type, place; and whether the file is long enough for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from oa_desktop.gguf.byte_reader import ByteReader
from oa_desktop.gguf.errors import ModelIncomplete, ModelUnsupported, printable, shown_name
from oa_desktop.gguf.limits import MAX_DIMENSIONS, MAX_TENSOR_NAME_BYTES
from oa_desktop.gguf.tensor_types import REMOVED_TYPES, TENSOR_TYPES

_MOST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor. dims: innermost first, as llama.cpp counts. offset: bytes from the start of the data."""

    name: str
    dims: tuple[int, ...]
    type: int
    offset: int
    size_bytes: int

    @property
    def type_name(self) -> str:
        """`Q4_K` and the like."""
        return TENSOR_TYPES[self.type].name

    @property
    def element_count(self) -> int:
        """How many numbers it holds."""
        count = 1
        for length in self.dims:
            count *= length
        return count


def read_tensor(reader: ByteReader, number: int) -> TensorInfo:
    """The next entry of the list; `number` counts from 0 and is only for messages."""
    raw_name = reader.text_bytes(f"name of tensor {number + 1}", MAX_TENSOR_NAME_BYTES)
    if not raw_name:
        raise reader.damaged(f"name of tensor {number + 1}", "is empty")
    name = raw_name.decode("utf-8", "replace")
    field = f"tensor {name}"
    dims = _dims(reader, field)
    kind = reader.u32(f"type of {field}")
    size_bytes = _size(reader, name, dims, kind)
    return TensorInfo(name, dims, kind, reader.u64(f"offset of {field}"), size_bytes)


def check_layout(reader: ByteReader, tensors: Sequence[TensorInfo], data_offset: int, alignment: int) -> None:
    """Every tensor follows the one before, aligned, and the last one ends inside the file."""
    expected = 0
    end = 0
    for tensor in tensors:
        if tensor.offset % alignment:
            raise reader.damaged(
                f"offset of tensor {tensor.name}", f"{tensor.offset} is not aligned to {alignment}"
            )
        if tensor.offset != expected:
            raise reader.damaged(
                f"offset of tensor {tensor.name}",
                f"is {tensor.offset} where {expected} follows from the tensors before",
            )
        end = tensor.offset + tensor.size_bytes
        expected = end + -end % alignment
    if expected > _MOST:
        raise reader.damaged("the tensors", "together are larger than any file")
    if tensors and data_offset + end > reader.size_bytes:
        raise ModelIncomplete(reader.path, reader.size_bytes, data_offset + end, "tensor data")


def _dims(reader: ByteReader, field: str) -> tuple[int, ...]:
    count = reader.u32(f"shape of {field}")
    if not 1 <= count <= MAX_DIMENSIONS:
        raise reader.damaged(f"shape of {field}", f"has {count} dimensions, not 1 to {MAX_DIMENSIONS}")
    dims = tuple(reader.u64(f"shape of {field}") for _ in range(count))
    elements = 1
    for length in dims:
        if not 1 <= length <= _MOST:
            shown = length - (1 << 64) if length > _MOST else length
            raise reader.damaged(f"shape of {field}", f"has a dimension of {shown}")
        elements *= length
    if elements > _MOST:
        raise reader.damaged(f"shape of {field}", "has more elements than can be counted")
    return dims


def _size(reader: ByteReader, name: str, dims: tuple[int, ...], kind: int) -> int:
    layout = TENSOR_TYPES.get(kind)
    if layout is None:
        raise _unknown_type(reader, name, kind)
    if dims[0] % layout.block_length:
        raise reader.damaged(
            f"shape of tensor {name}",
            f"has rows of {dims[0]}, not a multiple of {layout.block_length} ({layout.name})",
        )
    size_bytes = layout.block_bytes
    for length in (dims[0] // layout.block_length, *dims[1:]):
        size_bytes *= length
    if size_bytes > _MOST:
        raise reader.damaged(f"shape of tensor {name}", "is larger than any file")
    return size_bytes


def _unknown_type(reader: ByteReader, name: str, kind: int) -> Exception:
    if kind in REMOVED_TYPES:
        return ModelUnsupported(
            "model-unsupported",
            f"{shown_name(reader.path)} is stored as {REMOVED_TYPES[kind]}, which llama.cpp no longer reads.",
            detail=f"tensor {printable(name)}",
            hint="Look for a Q4_0 or Q4_K_M file of the same model.",
        )
    if kind > 1000:
        return reader.damaged(f"type of tensor {name}", f"is {kind}")
    return ModelUnsupported(
        "model-unsupported",
        f"{shown_name(reader.path)} needs a newer engine: it holds tensors of an unknown type ({kind}).",
        detail=f"tensor {printable(name)}",
        hint="Update the app, or choose another quantisation.",
    )
