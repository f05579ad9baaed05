"""Train the tour model on an ordinary processor, writing a checkpoint and a GGUF every few minutes.

    python packaging/tour_model/train.py --steps 4000 --work build/tour --gguf resources/tour/tour.gguf

Seeded: the same rows in the same order in every run; the last digits of the weights depend on the machine.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from convert import write_gguf
from exchanges import Exchange, load_exchanges
from model import Shape, TourModel
from muon import Muon
from phrasing import typed
from rows import BRIEF_SYSTEM, SYSTEMS, RowSource
from tokenizer import load_tokenizer, train_tokenizer
from torch import Tensor, nn

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TOKENS_PER_STEP = 3072
ROW_LENGTHS = (32, 128, 256, 512, 1024)
LENGTH_CHANCES = (0.35, 0.30, 0.20, 0.09, 0.06)
VOCAB_SIZE = 5120
PEAK_MATRIX_RATE = 0.02
PEAK_OTHER_RATE = 0.004
CHOICE_WEIGHT = 0.5
WARMUP = 0.02
SAVE_EVERY_S = 240.0


@dataclass(frozen=True, slots=True)
class Options:
    steps: int
    minutes: float | None
    resume: bool
    rate: float
    work: Path
    gguf: Path
    seed: int
    threads: int


def tokenizer_for(exchanges: list[Exchange], seed: int) -> Tokenizer:
    """Trained on every reply and on a fixed draw of typed questions."""
    rng = Random(seed)
    texts = [reply for exchange in exchanges for reply in exchange.replies * 4]
    texts += [reply for exchange in exchanges for then in exchange.follow_ups for reply in then.replies * 4]
    texts += [*BRIEF_SYSTEM, *SYSTEMS] * 10
    for exchange in exchanges:
        for pattern in exchange.phrasings:
            drawn = (rng.choice(pattern) for _ in range(min(12, 2 * len(pattern))))
            texts += [typed(text, rng, exchange.lang, unknown_words=False) for text in drawn]
    return train_tokenizer(texts, VOCAB_SIZE)


def optimisers(model: TourModel, chooser: Chooser) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the blocks, AdamW for embeddings, norms and biases."""
    matrices = [p for name, p in model.named_parameters() if name.startswith("blocks.") and p.ndim == 2]
    embeddings = [p for name, p in model.named_parameters() if not name.startswith("blocks.") and p.ndim == 2]
    vectors = [p for p in model.parameters() if p.ndim == 1]
    groups = [
        {"params": [*embeddings, *chooser.parameters()], "weight_decay": 0.05},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return [
        Muon(matrices, lr=PEAK_MATRIX_RATE),
        torch.optim.AdamW(groups, lr=PEAK_OTHER_RATE, betas=(0.9, 0.98)),
    ]


def rate_factor(progress: float) -> float:
    """Warm up, stay, then fall linearly to nearly nothing; progress from 0 to 1."""
    if progress < WARMUP:
        return progress / WARMUP + 0.01
    return max(0.01, min(1.0, (1.0 - progress) / 0.7))


def progress_of(step: int, elapsed_s: float, options: Options) -> float:
    return step / options.steps if options.minutes is None else elapsed_s / (60.0 * options.minutes)


def batch(rows: RowSource, rng: Random) -> tuple[Tensor, Tensor, Tensor]:
    """Token ids int64, loss weights float32 and exchange numbers int64, each of shape (rows, length + 1)."""
    length = rng.choices(ROW_LENGTHS, LENGTH_CHANCES)[0]
    drawn = [rows.row(length + 1) for _ in range(TOKENS_PER_STEP // length)]
    return (
        torch.tensor([row.ids for row in drawn]),
        torch.tensor([row.weights for row in drawn]),
        torch.tensor([row.exchanges for row in drawn]),
    )


class Chooser(nn.Module):
    """A helper used only in training: names the exchange from the state at the assistant tag.

    It makes the network decide what was asked before it writes the first word; the GGUF does not contain it.
    """

    def __init__(self, shape: Shape, exchange_count: int) -> None:
        super().__init__()
        self.scores = nn.Linear(shape.width, exchange_count)

    def loss(self, hidden: Tensor, exchanges: Tensor) -> Tensor:
        chosen = exchanges >= 0
        return F.cross_entropy(self.scores(hidden[chosen]), exchanges[chosen])


def weighted_loss(
    model: TourModel, chooser: Chooser, ids: Tensor, weights: Tensor, exchanges: Tensor
) -> tuple[Tensor, Tensor]:
    """The loss of the next tokens, and the loss of the chooser."""
    hidden = model.hidden(ids[:, :-1])
    losses = F.cross_entropy(model.unembedding(hidden).flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    wanted = weights[:, 1:].flatten()
    return (losses * wanted).sum() / wanted.sum(), chooser.loss(hidden, exchanges[:, :-1])


def save(model: TourModel, tokenizer: Tokenizer, options: Options) -> None:
    torch.save({"weights": model.state_dict(), "shape": model.shape}, options.work / "checkpoint.pt")
    write_gguf(model.state_dict(), model.shape, tokenizer, options.gguf)


def train(options: Options) -> None:
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    options.work.mkdir(parents=True, exist_ok=True)
    exchanges = load_exchanges()
    tokenizer_file = options.work / "tokenizer.json"
    if not options.resume:
        tokenizer_for(exchanges, options.seed).save(str(tokenizer_file))
    tokenizer = load_tokenizer(tokenizer_file)
    model = TourModel(Shape(vocab=tokenizer.get_vocab_size()))
    if options.resume:
        model.load_state_dict(torch.load(options.work / "checkpoint.pt", weights_only=False)["weights"])
    size = sum(parameter.numel() for parameter in model.parameters())
    say(f"{len(exchanges)} exchanges, {size:,} parameters, {model.shape}")
    run_steps(model, RowSource(exchanges, tokenizer, options.seed), tokenizer, options)
    save(model, tokenizer, options)


def run_steps(model: TourModel, rows: RowSource, tokenizer: Tokenizer, options: Options) -> None:
    chooser = Chooser(model.shape, rows.exchange_count)
    rng, steppers = Random(options.seed), optimisers(model, chooser)
    peaks = [[options.rate * group["lr"] for group in stepper.param_groups] for stepper in steppers]
    began = saved = time.monotonic()
    step, mean = 0, math.nan
    model.train()
    while (progress := progress_of(step, time.monotonic() - began, options)) < 1.0:
        for stepper, rates in zip(steppers, peaks, strict=True):
            for group, peak in zip(stepper.param_groups, rates, strict=True):
                group["lr"] = peak * rate_factor(progress)
        loss, choice_loss = weighted_loss(model, chooser, *batch(rows, rng))
        (loss + CHOICE_WEIGHT * choice_loss).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for stepper in steppers:
            stepper.step()
            stepper.zero_grad(set_to_none=True)
        step, mean = step + 1, loss.item() if math.isnan(mean) else 0.97 * mean + 0.03 * loss.item()
        if step % 10 == 0:
            speed = step * TOKENS_PER_STEP / (time.monotonic() - began)
            choice = choice_loss.item()
            say(f"step {step} at {progress:.3f}: loss {mean:.3f}, choice {choice:.3f}, {speed:.0f} tokens/s")
        if time.monotonic() - saved > SAVE_EVERY_S:
            save(model, tokenizer, options)
            saved = time.monotonic()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def options_from(arguments: list[str]) -> Options:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--minutes", type=float, help="train for this long instead of for --steps")
    parser.add_argument("--work", type=Path, default=Path("build/tour"))
    parser.add_argument("--gguf", type=Path, default=Path("resources/tour/tour.gguf"))
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --work")
    parser.add_argument("--rate", type=float, default=1.0, help="factor for the learning rates")
    parser.add_argument("--seed", type=int, default=20230415)
    parser.add_argument("--threads", type=int, default=2)
    return Options(**vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    train(options_from(sys.argv[1:]))
