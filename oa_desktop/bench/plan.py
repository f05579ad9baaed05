"""How long each measurement is. The shapes of the ratios are fixed; a quick run only repeats them less."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Plan:
    """Lengths in tokens.

    rounds: how often a measurement and its reference are taken, one after the other.
    long_rounds: the same for those that read a long prompt.
    gap_prompt: what is read beside streams, much slower than alone.
    widths: replies at once, for the table of how the speed grows with them.
    """

    rounds: int
    long_rounds: int
    decode_tokens: int
    widths: tuple[int, ...]
    width_tokens: int
    long_prompt: int = 1500
    gap_prompt: int = 1500
    trunk: int = 512
    shared: int = 480
    reply_tokens: int = 64
    candidates: int = 4

    def within(self, context_tokens: int) -> "Plan":
        """The same for a model whose context is shorter than the long prompt; its ratios are its own."""
        if context_tokens > self.long_prompt + 1:
            return self
        part = context_tokens / (2 * self.long_prompt)
        return replace(
            self,
            decode_tokens=int(self.decode_tokens * part),
            long_prompt=context_tokens // 2,
            gap_prompt=min(self.gap_prompt, context_tokens // 2),
            trunk=int(self.trunk * part),
            shared=int(self.shared * part),
            reply_tokens=int(self.reply_tokens * part),
        )


FULL = Plan(rounds=5, long_rounds=3, decode_tokens=128, widths=(1, 2, 4, 8, 16), width_tokens=33)
QUICK = Plan(rounds=1, long_rounds=1, decode_tokens=64, widths=(1, 16), width_tokens=9, gap_prompt=300)
