"""Write a GGUF model of a known shape with random weights, to measure speed without a download.

python packaging/make_model.py SHAPE OUT.gguf

Speed does not depend on the values, so these models are as fast as the real ones, and say nothing that means
anything. Their vocabulary reads text byte by byte: one ASCII letter of a prompt is one token.
"""

import itertools
import math
import string
import sys
from collections.abc import Iterator
from pathlib import Path

import gguf
import numpy as np
from model_shapes import SHAPES, Shape, Tensor

END = "<|endoftext|>"
ROLES = ("<|prompter|>", "<|assistant|>", "<|system|>", "<|prefix_begin|>", "<|prefix_end|>")
SPECIALS = (END, "<|padding|>", *ROLES)
SPACE = "\u0120"
"""How byte-level vocabularies write a space."""
SPREAD = 0.03
"""Weights lie evenly within plus and minus this."""
ROWS_AT_ONCE = 1024


def write_model(shape: Shape, name: str, out: Path, seed: int = 0) -> None:
    """The file appears under its name only when complete. Holds one tensor in memory at a time."""
    unfinished = out.with_name(out.name + ".part")
    writer = gguf.GGUFWriter(unfinished, shape.architecture)
    try:
        _add_metadata(writer, shape, name)
        _add_vocabulary(writer, shape.vocabulary)
        tensors = list(shape.tensors())
        for tensor in tensors:
            _announce(writer, shape, tensor)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        random = np.random.default_rng(seed)
        for tensor in tensors:
            writer.write_tensor_data(_values(shape, tensor, random))
        writer.close()
        unfinished.replace(out)
    finally:
        writer.close()
        unfinished.unlink(missing_ok=True)


def vocabulary(size: int) -> list[str]:
    """Special tokens, the 256 bytes, a space before each letter, then made-up words up to `size`."""
    words = map("".join, itertools.product(string.ascii_lowercase, repeat=4))
    tokens = [*SPECIALS, *_byte_characters(), *(SPACE + letter for letter in string.ascii_lowercase)]
    return [*tokens, *(SPACE + word for word in itertools.islice(words, size - len(tokens)))]


def _byte_characters() -> Iterator[str]:
    """The character that stands for each byte in a byte-level vocabulary; what cannot be printed is moved."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    moved = itertools.count(0x100)
    return (chr(byte if byte in printable else next(moved)) for byte in range(256))


def _add_metadata(writer: gguf.GGUFWriter, shape: Shape, name: str) -> None:
    writer.add_name(f"{name} with random weights")
    writer.add_description("Random numbers in the shape of a model, to measure speed. It knows nothing.")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_rope_dimension_count(shape.rotary)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(shape.vocabulary)
    if shape.architecture == "llama":
        writer.add_layer_norm_rms_eps(1e-5)
    else:
        writer.add_layer_norm_eps(1e-5)
        writer.add_parallel_residual(use=True)
    writer.add_file_type(gguf.LlamaFileType[f"MOSTLY_{shape.quantisation}"])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)


def _add_vocabulary(writer: gguf.GGUFWriter, size: int) -> None:
    tokens = vocabulary(size)
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([control] * len(SPECIALS) + [normal] * (size - len(SPECIALS)))
    writer.add_token_merges([f"{SPACE} {letter}" for letter in string.ascii_lowercase])
    writer.add_bos_token_id(tokens.index(END))
    writer.add_eos_token_id(tokens.index(END))
    writer.add_pad_token_id(tokens.index("<|padding|>"))
    writer.add_add_bos_token(False)


def _announce(writer: gguf.GGUFWriter, shape: Shape, tensor: Tensor) -> None:
    kind = _kind(shape, tensor)
    size_bytes = math.prod(gguf.quant_shape_to_byte_shape(tensor.size, kind))
    writer.add_tensor_info(tensor.name, tensor.size, np.dtype(np.float32), size_bytes, raw_dtype=kind)


def _kind(shape: Shape, tensor: Tensor) -> gguf.GGMLQuantizationType:
    return gguf.GGMLQuantizationType[shape.quantisation if len(tensor.size) == 2 else "F32"]


def _values(shape: Shape, tensor: Tensor, random: np.random.Generator) -> np.ndarray:
    """Norms multiply by one, biases add nothing, matrices are small: the logits stay finite."""
    if len(tensor.size) == 1:
        return np.full(tensor.size, float(tensor.name.endswith(".weight")), np.float32)
    kind = _kind(shape, tensor)
    rows, columns = tensor.size
    packed = np.empty(gguf.quant_shape_to_byte_shape((rows, columns), kind), np.uint8)
    for start in range(0, rows, ROWS_AT_ONCE):
        some = random.random((min(ROWS_AT_ONCE, rows - start), columns), np.float32)
        packed[start : start + len(some)] = gguf.quantize((some - 0.5) * (2 * SPREAD), kind)
    return packed


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or arguments[0] not in SHAPES:
        print(f"usage: make_model.py {{{','.join(SHAPES)}}} OUT.gguf", file=sys.stderr)
        return 2
    name, out = arguments[0], Path(arguments[1])
    if not out.parent.is_dir():
        print(f"There is no folder {out.parent}.", file=sys.stderr)
        return 1
    write_model(SHAPES[name], name, out)
    print(f"{out}: {SHAPES[name].parameters:,} parameters, {out.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
