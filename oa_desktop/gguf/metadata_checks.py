"""Metadata that would make llama.cpp stop hard or read out of bounds is refused before it is handed over."""

from collections.abc import Mapping

from oa_desktop.gguf.byte_reader import ByteReader
from oa_desktop.gguf.limits import MAX_BLOCKS
from oa_desktop.gguf.values import ArrayValue, Value, ValueType
from oa_desktop.gguf.vocabulary import VocabularyScan

_INTEGER = frozenset({ValueType.INT32, ValueType.UINT32})
_ARRAYS: dict[str, frozenset[ValueType]] = {
    "tokenizer.ggml.tokens": frozenset({ValueType.STRING}),
    "tokenizer.ggml.merges": frozenset({ValueType.STRING}),
    "tokenizer.ggml.scores": frozenset({ValueType.FLOAT32}),
    "tokenizer.ggml.token_type": _INTEGER,
    "tokenizer.ggml.precompiled_charsmap": frozenset({ValueType.UINT8, ValueType.INT8}),
}
_PER_TOKEN = ("tokenizer.ggml.scores", "tokenizer.ggml.token_type")
_TEXTS = (
    "general.architecture",
    "general.name",
    "general.type",
    "tokenizer.ggml.model",
    "tokenizer.chat_template",
)
_AT_LEAST_ONE = ("embedding_length", "context_length")
_PER_LAYER = ("attention.head_count", "attention.head_count_kv", "feed_forward_length")
_NOT_NEGATIVE = (*_PER_LAYER, "attention.key_length", "attention.value_length", "expert_count", "vocab_size")
_EPSILONS = ("layer_norm_epsilon", "layer_norm_rms_epsilon", "group_norm_epsilon")
_MOST_U31 = (1 << 31) - 1
_MOST_ROPE = 4096


def check_metadata(reader: ByteReader, metadata: Mapping[str, Value], scan: VocabularyScan) -> None:
    """Raises ModelDamaged for a value of the wrong type or beyond what llama.cpp has room for."""
    for key in _TEXTS:
        if key in metadata and not isinstance(metadata[key], str):
            raise reader.damaged(key, "is not a text")
    _check_vocabulary(reader, metadata, scan)
    _check_sizes(reader, metadata)


def _check_vocabulary(reader: ByteReader, metadata: Mapping[str, Value], scan: VocabularyScan) -> None:
    for key, allowed in _ARRAYS.items():
        value = metadata.get(key)
        if value is not None and not (isinstance(value, ArrayValue) and value.element_type in allowed):
            raise reader.damaged(key, "has values of the wrong type")
    tokens = metadata.get("tokenizer.ggml.tokens")
    if isinstance(tokens, ArrayValue):
        for key in _PER_TOKEN:
            value = metadata.get(key)
            if isinstance(value, ArrayValue) and value.length != tokens.length:
                raise reader.damaged(key, f"has {value.length} entries for {tokens.length} tokens")
    if scan.duplicate is not None:
        index, token = scan.duplicate
        raise reader.damaged(f"token {index}", f"{token.decode('utf-8', 'replace')} is there twice")
    if scan.bad_byte_token is not None and metadata.get("tokenizer.ggml.model") in ("llama", "plamo2"):
        index, token = scan.bad_byte_token
        raise reader.damaged(f"token {index}", f"{token.decode('utf-8', 'replace')} names no byte")


def _check_sizes(reader: ByteReader, metadata: Mapping[str, Value]) -> None:
    architecture = metadata.get("general.architecture")
    blocks_key = f"{architecture}.block_count"
    blocks = metadata.get(blocks_key)
    if blocks is not None:
        _check_number(reader, blocks_key, blocks, MAX_BLOCKS)
    for name in _EPSILONS:
        key = f"{architecture}.attention.{name}"
        value = metadata.get(key, 0.0)
        if isinstance(value, float) and not 0 <= value < 1:
            raise reader.damaged(key, f"is {value}, not between 0 and 1")
    _check_rope(reader, metadata, f"{architecture}")
    for name in _AT_LEAST_ONE:
        key = f"{architecture}.{name}"
        if key in metadata:
            _check_number(reader, key, metadata[key], _MOST_U31)
    for name in _NOT_NEGATIVE:
        key = f"{architecture}.{name}"
        if key in metadata:
            _check_numbers(reader, key, metadata[key], per_layer=name in _PER_LAYER)


def _check_numbers(reader: ByteReader, key: str, value: Value, *, per_layer: bool) -> None:
    """One number, or one for each layer where that is allowed. The memory estimate computes with them."""
    if isinstance(value, ArrayValue) and per_layer:
        if value.items is None or value.length > MAX_BLOCKS:
            raise reader.damaged(key, f"has {value.length} entries, more than {MAX_BLOCKS} layers")
        for item in value.items:
            _check_number(reader, key, item, _MOST_U31, least=0)
    else:
        _check_number(reader, key, value, _MOST_U31, least=0)


def _check_rope(reader: ByteReader, metadata: Mapping[str, Value], architecture: str) -> None:
    """llama.cpp aborts on a rotation of an odd length or longer than a head, and hangs on one of length 0."""
    key = f"{architecture}.rope.dimension_count"
    length = metadata.get(key)
    if length is None:
        return
    _check_number(reader, key, length, _MOST_ROPE)
    if isinstance(length, int) and length % 2:
        raise reader.damaged(key, f"is {length}, an odd number")
    head = _head_length(metadata, architecture)
    if isinstance(length, int) and head is not None and length > head:
        raise reader.damaged(key, f"is {length}, more than the {head} of a head")


def _head_length(metadata: Mapping[str, Value], architecture: str) -> int | None:
    """How long one attention head is, where the file says so for all layers alike."""
    key_length = metadata.get(f"{architecture}.attention.key_length")
    if isinstance(key_length, int):
        return key_length
    embedding = metadata.get(f"{architecture}.embedding_length")
    heads = metadata.get(f"{architecture}.attention.head_count")
    if isinstance(embedding, int) and isinstance(heads, int) and heads > 0:
        return embedding // heads
    return None


def _check_number(reader: ByteReader, key: str, value: Value, most: int, *, least: int = 1) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise reader.damaged(key, "is not a whole number")
    if not least <= value <= most:
        raise reader.damaged(key, f"is {value}, not between {least} and {most}")
