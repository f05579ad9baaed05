"""Model files that llama.cpp reads for their vocabulary: each byte a token, and the special names given."""

from collections.abc import Sequence
from pathlib import Path

from tests.unit.gguf.ggufs import ARCH, BOOL, I32, STRING, U32, Gguf, array, pair

_NORMAL, _CONTROL = 1, 3
END = "<|endoftext|>"


def spoken_model(path: Path, template: str | None, specials: Sequence[str], bos: str | None = None) -> Path:
    """Write a file without weights; `template` is its chat template, `bos` what it wants in front."""
    letters = [_letter(byte) for byte in range(256)]
    names = [*letters, *specials, END]
    pairs = [
        ARCH,
        pair("general.name", STRING, "Spoken"),
        pair("llama.context_length", U32, 2048),
        pair("tokenizer.ggml.model", STRING, "gpt2"),
        pair("tokenizer.ggml.pre", STRING, "default"),
        array("tokenizer.ggml.tokens", STRING, names),
        array("tokenizer.ggml.token_type", I32, [_NORMAL] * 256 + [_CONTROL] * (len(names) - 256)),
        array("tokenizer.ggml.merges", STRING, ["a b"]),
        pair("tokenizer.ggml.eos_token_id", U32, names.index(END)),
        pair("tokenizer.ggml.bos_token_id", U32, names.index(bos or END)),
        pair("tokenizer.ggml.add_bos_token", BOOL, bos is not None),
    ]
    if template is not None:
        pairs.append(pair("tokenizer.chat_template", STRING, template))
    return Gguf(pairs=pairs, tensors=(), data_bytes=0).write(path)


def _letter(byte: int) -> str:
    """How byte-level vocabularies spell a byte: printable ones as they are, the others from U+0100 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    if byte in printable:
        return chr(byte)
    return chr(0x100 + sum(1 for other in range(byte) if other not in printable))
