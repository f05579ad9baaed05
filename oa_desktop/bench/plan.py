"""How long each measurement is. The shapes of the ratios are fixed; a quick run only repeats them less."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """Lengths in tokens.

    rounds: how often a measurement and its reference are taken, one after the other.
    long_rounds: the same for those that read a long prompt.
    widths: replies at once, for the table of how the speed grows with them.
    """

    rounds: int
    long_rounds: int
    decode_tokens: int
    widths: tuple[int, ...]
    width_tokens: int
    long_prompt: int = 1500
    trunk: int = 512
    shared: int = 480
    reply_tokens: int = 64
    candidates: int = 4


FULL = Plan(rounds=5, long_rounds=3, decode_tokens=128, widths=(1, 2, 4, 8, 16), width_tokens=33)
QUICK = Plan(rounds=2, long_rounds=1, decode_tokens=64, widths=(1, 16), width_tokens=9)
