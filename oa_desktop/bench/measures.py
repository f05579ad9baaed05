"""The measurements, each with its reference taken right beside it.

The bare loop forgets everything before each of its turns, so an engine that is compared with it starts anew.
"""

import asyncio
import random
import time
from collections.abc import Iterator
from itertools import pairwise
from statistics import median
from typing import Final

from oa_desktop.bench.asking import Answer, any_prompt
from oa_desktop.bench.bare import BareLoop
from oa_desktop.bench.engine import MeasuredEngine
from oa_desktop.bench.figures import Figure
from oa_desktop.bench.llama_server import LlamaServer
from oa_desktop.bench.plan import Plan

BARE: Final = "bare llama.cpp loop"
_SHORT_PROMPT: Final = 16
_PIECES: Final = 4
"""So many a stream has sent before something happens to it; each has the text of some 30 ms."""
_POLL_S: Final = 0.001


class Measures:
    """All of them against one running engine and one bare loop."""

    def __init__(
        self, engine: MeasuredEngine, bare: BareLoop, plan: Plan, vocabulary_size: int, seed: int = 0
    ) -> None:
        self._vocabulary_size = vocabulary_size
        self._engine = engine
        self._bare = bare
        self._plan = plan
        self._randomness = random.Random(seed)  # noqa: S311 - prompts, no secrets
        self.bare_peak_bytes = 0

    async def decode(self) -> Figure:
        """One stream."""
        ours, theirs = [], []
        for _ in range(self._plan.rounds):
            await self._engine.fresh()
            api, bare = await self._writing(1, self._plan.decode_tokens)
            ours.append(api)
            theirs.append(bare)
        return Figure("decode", "one stream", "tokens/s", tuple(ours), BARE, tuple(theirs))

    async def prefill(self) -> Figure:
        """A long prompt nobody has read."""
        ours, theirs = [], []
        for _ in range(self._plan.long_rounds):
            await self._engine.fresh()
            prompt = self._prompt(self._plan.long_prompt)
            answer = await self._engine.asking.answer(prompt)
            bare = await self._bare.generate(prompt)
            ours.append(len(prompt) / answer.ended_s)
            theirs.append(len(prompt) / bare.prefill_s)
            self.bare_peak_bytes = bare.peak_bytes
        name = f"read {self._plan.long_prompt:,} tokens"
        return Figure("prefill", name, "tokens/s", tuple(ours), BARE, tuple(theirs))

    async def kept(self) -> Figure:
        """One stream while the memory holds the branches of the measurement before."""
        api, bare = await self._writing(1, self._plan.decode_tokens)
        cells = self._engine.asking.metric("oa_engine_used_cells")
        return Figure("", f"one stream, {cells:,.0f} cells in use", "tokens/s", (api,), BARE, (bare,))

    async def candidates(self) -> Figure:
        """Several replies to a new prompt."""
        plan = self._plan
        ours, theirs = [], []
        for _ in range(plan.long_rounds):
            await self._engine.fresh()
            prompt = self._prompt(plan.trunk)
            answer = await self._engine.asking.answer(
                prompt, replies=plan.candidates, tokens=plan.reply_tokens
            )
            bare = await self._bare.generate(prompt, replies=plan.candidates, tokens=plan.reply_tokens)
            ours.append(answer.ended_s)
            theirs.append(bare.total_s)
        name = f"{plan.candidates} replies of {plan.reply_tokens} tokens to a new prompt of {plan.trunk}"
        return Figure("candidates_4", name, "s", tuple(ours), BARE, tuple(theirs))

    async def beside(self, server: LlamaServer) -> Figure:
        """The same with llama.cpp's own server."""
        plan = self._plan
        ours, theirs = [], []
        for _ in range(plan.long_rounds):
            await self._engine.fresh()
            prompt = self._prompt(plan.trunk)
            answer = await self._engine.asking.answer(
                prompt, replies=plan.candidates, tokens=plan.reply_tokens
            )
            ours.append(answer.ended_s)
            theirs.append(await server.answer_s(prompt, replies=plan.candidates, tokens=plan.reply_tokens))
        return Figure("", "the same replies", "s", tuple(ours), "llama-server with n_cmpl", tuple(theirs))

    async def sequential(self) -> Figure:
        """Several replies at once beside the same replies one by one."""
        plan = self._plan
        together, alone = [], []
        for _ in range(plan.long_rounds):
            asking, prompt = self._engine.asking, self._prompt(plan.trunk)
            await asking.answer(prompt)
            answer = await asking.answer(prompt, replies=plan.candidates, tokens=plan.reply_tokens)
            together.append(answer.ended_s)
            singles = [await asking.answer(prompt, tokens=plan.reply_tokens) for _ in range(plan.candidates)]
            alone.append(sum(single.ended_s for single in singles))
        name = f"{plan.candidates} replies to a prompt that is read"
        return Figure("sequential_4", name, "s", tuple(together), "one after another", tuple(alone))

    async def hop(self) -> Figure:
        """The first token on a sibling branch."""
        hops, reads = [], []
        for _ in range(self._plan.rounds):
            prompt = self._prompt(self._plan.trunk)
            sibling = prompt[: self._plan.shared] + self._prompt(self._plan.trunk - self._plan.shared)
            reads.append((await self._engine.asking.answer(prompt)).ended_s)
            hops.append((await self._engine.asking.answer(sibling)).ended_s)
        name = f"hop to a branch that shares {self._plan.shared} of {self._plan.trunk} tokens"
        return Figure("hop", name, "s", tuple(hops), "a full read", tuple(reads))

    async def gap(self) -> list[Figure]:
        """How long four streams wait for a token while a long prompt is read beside them.

        Over their middle wait, as long as the streams last; and that one over the wait they had before, which
        grows also because all contexts do.
        """
        longest, middle, before = [], [], []
        for _ in range(self._plan.long_rounds):
            await self._engine.fresh()
            asking, prompt = self._engine.asking, self._prompt(_SHORT_PROMPT)
            room = self._plan.gap_prompt // 2
            async with asking.stream(prompt, replies=self._plan.candidates, tokens=room) as writing:
                await writing.until(_PIECES)
                arrived_s = writing.elapsed_s
                await asking.answer(self._prompt(self._plan.gap_prompt))
                read_s = writing.elapsed_s
                gaps = list(_gaps(writing.so_far())) or [(0.0, read_s)]
            waits = [end - start for start, end in gaps]
            beside = [end - start for start, end in gaps if end > arrived_s and start < read_s]
            longest.append(max(beside or waits))  # a tiny model has written all before the prompt comes
            middle.append(median(waits))
            before.append(median([end - start for start, end in gaps if end < arrived_s] or waits))
        name = f"longest wait of four streams while {self._plan.gap_prompt:,} tokens are read"
        return [
            Figure("gap", name, "s", tuple(longest), "their middle wait", tuple(middle)),
            Figure("", "their middle wait", "s", tuple(middle), "before the prompt came", tuple(before)),
        ]

    async def stop(self) -> Figure:
        """From the client's leaving to the engine's having nothing to do, beside one step."""
        waits, steps = [], []
        for _ in range(self._plan.rounds):
            prompt, (spent_s, taken) = self._prompt(_SHORT_PROMPT), self._steps()
            async with self._engine.asking.stream(prompt, tokens=self._plan.trunk) as writing:
                await writing.until(_PIECES)
                spent_by_now_s, taken_by_now = self._steps()
                steps.append((spent_by_now_s - spent_s) / (taken_by_now - taken))
                left = time.perf_counter()
            while self._engine.asking.metric("oa_engine_running_requests"):
                await asyncio.sleep(_POLL_S)
            waits.append(time.perf_counter() - left)
        return Figure("", "stop a reply", "s", tuple(waits), "one step", tuple(steps))

    async def widths(self) -> list[Figure]:
        """All replies together, by how many there are."""
        figures = []
        for width in self._plan.widths:
            await self._engine.fresh()
            api, bare = await self._writing(width, self._plan.width_tokens)
            name = f"{width} replies at once" if width > 1 else "1 reply"
            figures.append(Figure("", name, "tokens/s", (api,), BARE, (bare,)))
        return figures

    async def _writing(self, replies: int, tokens: int) -> tuple[float, float]:
        """Tokens per second of all replies after their first ones, through the API and in the bare loop.

        The API's time for the first tokens is taken with a second request: they may be no text that shows.
        """
        prompt = self._prompt(_SHORT_PROMPT)
        await self._engine.asking.answer(prompt, replies=replies)
        first = await self._engine.asking.answer(prompt, replies=replies)
        answer = await self._engine.asking.answer(prompt, replies=replies, tokens=tokens)
        bare = await self._bare.generate(prompt, replies=replies, tokens=tokens)
        written = replies * (tokens - 1)
        return written / (answer.ended_s - first.ended_s), written / bare.decode_s

    def _steps(self) -> tuple[float, float]:
        """How long all steps that read no prompt took, and how many there were."""
        name, only = "oa_engine_step_duration_seconds", '{prefill="false"}'
        return self._engine.asking.metric(f"{name}_sum{only}"), self._engine.asking.metric(
            f"{name}_count{only}"
        )

    def _prompt(self, tokens: int) -> list[int]:
        return any_prompt(tokens, self._vocabulary_size, self._randomness)


def _gaps(answer: Answer) -> Iterator[tuple[float, float]]:
    """Start and end of every wait for the next token of one reply."""
    for arrivals in answer.arrivals:
        yield from pairwise(arrivals)
