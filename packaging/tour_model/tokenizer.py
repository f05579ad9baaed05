"""The tour model's own byte-level BPE: train it, and read it back.

The pre-tokenizer is GPT-2's, which llama.cpp knows as `tokenizer.ggml.pre = "gpt-2"`; any change here must
keep the two equal (check.py compares them). All 256 bytes are in the vocabulary, so any text can be encoded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

END = "<|endoftext|>"
PADDING = "<|padding|>"
PROMPTER = "<|prompter|>"
ASSISTANT = "<|assistant|>"
SYSTEM = "<|system|>"
PREFIX_BEGIN = "<|prefix_begin|>"
PREFIX_END = "<|prefix_end|>"
SPECIAL_TOKENS = (END, PADDING, PROMPTER, ASSISTANT, SYSTEM, PREFIX_BEGIN, PREFIX_END)


def train_tokenizer(texts: Iterable[str], vocab_size: int) -> Tokenizer:
    """A byte-level BPE whose first ids are SPECIAL_TOKENS in order, then the 256 bytes, then the merges."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=2,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        max_token_length=24,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def load_tokenizer(path: Path) -> Tokenizer:
    return Tokenizer.from_file(str(path))


def encode_text(tokenizer: Tokenizer, text: str) -> list[int]:
    """Token ids of plain text: a role tag inside it stays ordinary characters, as in the app's engine."""
    return tokenizer.encode(text, add_special_tokens=False).ids
