"""Compare the finished GGUF in llama.cpp with what was trained: token ids, next tokens, and the questions.

    python packaging/tour_model/check.py GGUF WORK_FOLDER

Needs llama-cpp-python beside the training packages. Ends with 1 if token ids or choices differ.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import llama_cpp
import numpy as np
import torch
from exchanges import QUESTIONS, load_exchanges
from model import TourModel
from tokenizer import ASSISTANT, END, PROMPTER, encode_text, load_tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tokenizers import Tokenizer

SCRIPTS = (
    (0x20, 0x7F),
    (0xA0, 0x24F),
    (0x370, 0x52F),
    (0x5D0, 0x6FF),
    (0x900, 0x97F),
    (0x3040, 0x30FF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0x2000, 0x2BFF),
    (0x1F300, 0x1FAFF),
    (0x0, 0x1F),
    (0x20000, 0x2A6DF),
)


def texts() -> Iterator[str]:
    """Every reply, every phrasing, and random Unicode of many scripts."""
    for exchange in load_exchanges():
        for part in (exchange, *exchange.follow_ups):
            yield from part.replies
            for pattern in part.phrasings:
                yield from pattern[:200]
    rng = Random(7)
    for _ in range(4000):
        spans = rng.choices(SCRIPTS, k=rng.randint(1, 4))
        yield "".join(chr(rng.randint(*rng.choice(spans))) for _ in range(rng.randint(1, 40)))


def differing_ids(model: llama_cpp.Llama, tokenizer: Tokenizer) -> list[str]:
    return [
        text
        for text in texts()
        if model.tokenize(text.encode(), add_bos=False, special=False) != encode_text(tokenizer, text)
    ]


def answer(model: llama_cpp.Llama, question: str) -> tuple[str, str]:
    """The greedy answer and why it ended: `stop` or `length`."""
    prompt = f"{PROMPTER}{question}{END}{ASSISTANT}".encode()
    ids = model.tokenize(prompt, add_bos=False, special=True)
    choice = model.create_completion(ids, max_tokens=200, temperature=0.0)["choices"][0]
    return choice["text"], choice["finish_reason"]


def fulfils(text: str, must: list[list[str]], must_not: list[str]) -> bool:
    lower = text.lower()
    kept = all(any(word in lower for word in alternatives) for alternatives in must)
    return kept and not any(word in lower for word in must_not)


def score(model: llama_cpp.Llama) -> tuple[int, int, int]:
    """Right answers among all questions, right among the held-out ones, and how many are held out."""
    right = held_right = held = 0
    for question in json.loads(QUESTIONS.read_text(encoding="utf-8"))["questions"]:
        text, reason = answer(model, question["ask"])
        good = reason == "stop" and fulfils(text, question["must"], question["must_not"])
        right, held_right, held = (
            right + good,
            held_right + (good and question["held_out"]),
            held + question["held_out"],
        )
        if not good:
            sys.stdout.write(f"  missed: {question['ask']} -> {text}\n")
    return right, held_right, held


def agreement(model: llama_cpp.Llama, checkpoint: Path, ids: list[int]) -> float:
    """Share of positions where PyTorch in float32 and llama.cpp in Q8_0 choose the same next token."""
    saved = torch.load(checkpoint, weights_only=False)
    reference = TourModel(saved["shape"]).eval()
    reference.load_state_dict(saved["weights"])
    with torch.no_grad():
        expected = reference(torch.tensor([ids]))[0].argmax(-1).numpy()
    model.reset()
    model.eval(ids)
    return float(np.mean(np.asarray(model.scores[: len(ids)]).argmax(-1) == expected))


def main(gguf: Path, work: Path) -> int:
    tokenizer = load_tokenizer(work / "tokenizer.json")
    model = llama_cpp.Llama(str(gguf), n_ctx=1024, logits_all=True, verbose=False)
    different = differing_ids(model, tokenizer)
    sys.stdout.write(f"texts with different token ids: {len(different)} {different[:3]!r}\n")
    sample = (
        f"{PROMPTER}What is a branch?{END}{ASSISTANT}A **branch** is one way a conversation can go on.{END}"
    )
    same = agreement(model, work / "checkpoint.pt", tokenizer.encode(sample).ids)
    sys.stdout.write(f"same next token: {same:.2%}\n")
    right, held_right, held = score(model)
    sys.stdout.write(f"questions: {right} of 50, held out: {held_right} of {held}\n")
    return int(bool(different) or same < 0.9)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
