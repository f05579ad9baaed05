"""Write a trained checkpoint as a Q8_0 GGUF that llama.cpp loads. Trains nothing.

python packaging/tour_model/convert.py CHECKPOINT TOKENIZER OUT.gguf
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import gguf
import numpy as np
import torch
from tokenizer import END, PADDING, SPECIAL_TOKENS, load_tokenizer

if TYPE_CHECKING:
    from model import Shape
    from tokenizers import Tokenizer

TENSOR_NAMES = {
    "embedding.weight": "token_embd.weight",
    "norm": "output_norm",
    "unembedding.weight": "output.weight",
    "attention_norm": "attn_norm",
    "attention.qkv": "attn_qkv",
    "attention.output": "attn_output",
    "mlp_norm": "ffn_norm",
    "up": "ffn_up",
    "down": "ffn_down",
}


def gguf_name(name: str) -> str:
    """`blocks.3.up.bias` -> `blk.3.ffn_up.bias`, and so on."""
    if name in TENSOR_NAMES:
        return TENSOR_NAMES[name]
    prefix, kind = "", name
    if name.startswith("blocks."):
        _, index, kind = name.split(".", 2)
        prefix = f"blk.{index}."
    stem, _, suffix = kind.rpartition(".")
    return f"{prefix}{TENSOR_NAMES[stem]}.{suffix}"


def write_gguf(weights: dict[str, torch.Tensor], shape: Shape, tokenizer: Tokenizer, out: Path) -> None:
    """The file appears under its name only when complete, so a reader never sees half of it."""
    unfinished = out.with_suffix(".part")
    writer = gguf.GGUFWriter(str(unfinished), "gptneox")
    _add_metadata(writer, shape)
    _add_vocabulary(writer, tokenizer)
    for name, tensor in weights.items():
        _add_tensor(writer, gguf_name(name), tensor.detach().to(torch.float32).numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    unfinished.replace(out)


def _add_metadata(writer: gguf.GGUFWriter, shape: Shape) -> None:
    writer.add_name("OpenAssistant Desktop Tour")
    writer.add_license("apache-2.0")
    writer.add_description(
        "A very small model that shows how OpenAssistant Desktop works. It knows little else."
    )
    writer.add_languages(["en", "zh", "es", "de", "fr"])
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(4 * shape.width)
    writer.add_head_count(shape.heads)
    writer.add_rope_dimension_count(shape.rotary_dims)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_eps(1e-5)
    writer.add_parallel_residual(use=True)
    writer.add_vocab_size(shape.vocab)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)


def _add_vocabulary(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    ids = tokenizer.get_vocab()
    tokens = sorted(ids, key=ids.__getitem__)
    special = set(SPECIAL_TOKENS)
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([control if token in special else normal for token in tokens])
    writer.add_token_merges([" ".join(merge) for merge in merges])
    writer.add_bos_token_id(ids[END])
    writer.add_eos_token_id(ids[END])
    writer.add_pad_token_id(ids[PADDING])
    writer.add_add_bos_token(False)


def _add_tensor(writer: gguf.GGUFWriter, name: str, values: np.ndarray) -> None:
    if values.ndim == 1:
        writer.add_tensor(name, values)
        return
    packed = gguf.quants.quantize(np.ascontiguousarray(values), gguf.GGMLQuantizationType.Q8_0)
    writer.add_tensor(name, packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)


def main(checkpoint: Path, tokenizer_file: Path, out: Path) -> None:
    saved = torch.load(checkpoint, weights_only=False)
    write_gguf(saved["weights"], saved["shape"], load_tokenizer(tokenizer_file), out)
    sys.stdout.write(f"{out}: {out.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
