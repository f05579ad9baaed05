"""Metadata values: the thirteen types of GGUF, read strictly. Long arrays are counted and skipped."""

import struct
from dataclasses import dataclass
from enum import IntEnum

from oa_desktop.gguf.byte_reader import CHUNK_BYTES, ByteReader
from oa_desktop.gguf.limits import (
    KEPT_ARRAY_ITEMS,
    MAX_ARRAY_ITEMS,
    MAX_ARRAY_TEXTS,
    MAX_KEPT_BYTES,
    MAX_TEXT_BYTES,
    OBJECT_BYTES,
)
from oa_desktop.gguf.vocabulary import VocabularyScan


class ValueType(IntEnum):
    """The type number in front of a value."""

    UINT8 = 0
    INT8 = 1
    UINT16 = 2
    INT16 = 3
    UINT32 = 4
    INT32 = 5
    FLOAT32 = 6
    BOOL = 7
    STRING = 8
    ARRAY = 9
    UINT64 = 10
    INT64 = 11
    FLOAT64 = 12


_LAYOUT: dict[ValueType, struct.Struct] = {
    ValueType.UINT8: struct.Struct("<B"),
    ValueType.INT8: struct.Struct("<b"),
    ValueType.UINT16: struct.Struct("<H"),
    ValueType.INT16: struct.Struct("<h"),
    ValueType.UINT32: struct.Struct("<I"),
    ValueType.INT32: struct.Struct("<i"),
    ValueType.FLOAT32: struct.Struct("<f"),
    ValueType.BOOL: struct.Struct("<B"),
    ValueType.UINT64: struct.Struct("<Q"),
    ValueType.INT64: struct.Struct("<q"),
    ValueType.FLOAT64: struct.Struct("<d"),
}

Scalar = int | float | bool | str


@dataclass(frozen=True, slots=True)
class ArrayValue:
    """An array. `items` is None when it is too long to keep."""

    element_type: ValueType
    length: int
    items: tuple[Scalar, ...] | None


Value = Scalar | ArrayValue


class ValueReader:
    """Reads values and keeps count of what they cost over the whole header."""

    def __init__(self, reader: ByteReader) -> None:
        self._reader = reader
        self._kept_bytes = 0
        self._array_texts = 0

    def text(self, field: str, limit: int = MAX_TEXT_BYTES) -> str:
        """A text value or key; invalid UTF-8 becomes U+FFFD."""
        raw = self._reader.text_bytes(field, limit)
        self._charge(len(raw) + OBJECT_BYTES, field)
        return raw.decode("utf-8", "replace")

    def value(self, field: str, scan: VocabularyScan | None = None) -> Value:
        """A type number and its value. `scan` looks at the texts of an array in passing."""
        kind = self._type(field)
        if kind is ValueType.ARRAY:
            return self._array(field, scan)
        return self._scalar(kind, field)

    def _charge(self, size_bytes: int, field: str) -> None:
        self._kept_bytes += size_bytes
        if self._kept_bytes > MAX_KEPT_BYTES:
            raise self._reader.damaged(field, f"brings the header over {MAX_KEPT_BYTES} bytes")

    def _type(self, field: str) -> ValueType:
        number = self._reader.u32(field)
        try:
            return ValueType(number)
        except ValueError:
            raise self._reader.damaged(field, f"has the unknown value type {number}") from None

    def _scalar(self, kind: ValueType, field: str) -> Scalar:
        if kind is ValueType.STRING:
            return self.text(field)
        layout = _LAYOUT[kind]
        value: Scalar = layout.unpack(self._reader.take(layout.size, field))[0]
        if kind is not ValueType.BOOL:
            return value
        if value not in (0, 1):
            raise self._reader.damaged(field, f"is a yes-or-no value but holds {value}")
        return bool(value)

    def _array(self, field: str, scan: VocabularyScan | None) -> ArrayValue:
        kind = self._type(field)
        length = self._reader.u64(field)
        if kind is ValueType.ARRAY:
            raise self._reader.damaged(field, "is an array of arrays, which the format does not have")
        if length > MAX_ARRAY_ITEMS:
            raise self._reader.damaged(field, f"claims {length} items, more than {MAX_ARRAY_ITEMS}")
        if kind is ValueType.STRING:
            return self._texts(field, length, scan)
        layout = _LAYOUT[kind]
        self._reader.require(length * layout.size, field)
        if length > KEPT_ARRAY_ITEMS:
            self._reader.skip(length * layout.size, field)
            return ArrayValue(kind, length, None)
        self._charge(length * OBJECT_BYTES, field)
        return ArrayValue(kind, length, tuple(self._scalar(kind, field) for _ in range(length)))

    def _texts(self, field: str, length: int, scan: VocabularyScan | None) -> ArrayValue:
        self._array_texts += length
        if self._array_texts > MAX_ARRAY_TEXTS:
            raise self._reader.damaged(field, f"brings the header over {MAX_ARRAY_TEXTS} texts")
        self._reader.require(length * 8, field)
        if length <= KEPT_ARRAY_ITEMS and scan is None:
            return ArrayValue(ValueType.STRING, length, tuple(self.text(field) for _ in range(length)))
        self._walk_texts(field, length, scan)
        return ArrayValue(ValueType.STRING, length, None)

    def _walk_texts(self, field: str, length: int, scan: VocabularyScan | None) -> None:
        """Step over `length` texts, a block of the file at a time: this loop decides the speed."""
        reader = self._reader
        unpack = struct.Struct("<Q").unpack_from
        index = 0
        while index < length:
            start = reader.position
            block = reader.take(min(CHUNK_BYTES, reader.remaining), field)
            at, end, first = 0, len(block), index
            texts: list[bytes] = []
            while index < length and at + 8 <= end:
                after: int = at + 8 + unpack(block, at)[0]
                if after > end:
                    break
                if scan is not None:
                    texts.append(block[at + 8 : after])
                at = after
                index += 1
            reader.position = start + at
            if index < length and at == 0:  # longer than a block, or past the end
                texts.append(reader.text_bytes(f"{field}[{index}]", MAX_TEXT_BYTES))
                index += 1
            if scan is not None:
                scan.see(first, texts)
