"""How much of a read an engine saves that starts again and finds the branch on disk."""

import random
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from oa_desktop.bench.asking import Answer, any_prompt
from oa_desktop.bench.engine import MeasuredEngine
from oa_desktop.bench.figures import Figure
from oa_desktop.bench.plan import Plan
from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.errors import EngineError


async def resume(options: EngineOptions, plan: Plan, vocabulary_size: int) -> Figure:
    """The first token after a restart, beside reading the same tokens in the engine before it.

    Raises: EngineError also when nothing was taken from disk.
    """
    randomness = random.Random(1)  # noqa: S311 - a prompt, no secret
    resumed, read = [], []
    for _ in range(plan.long_rounds):
        prompt = any_prompt(plan.long_prompt, vocabulary_size, randomness)
        with TemporaryDirectory(prefix="oa-desktop-bench-", ignore_cleanup_errors=True) as folder:
            saving = replace(options, state_dir=Path(folder))
            read.append((await _first_token(saving, prompt)).ended_s)
            answer = await _first_token(saving, prompt)
            if not answer.reused_tokens:
                raise EngineError("bench-refused", "The engine took nothing from disk after its restart.")
            resumed.append(answer.ended_s)
    name = f"first token after a restart, {plan.long_prompt:,} tokens on disk"
    return Figure("resume", name, "s", tuple(resumed), "reading them again", tuple(read))


async def _first_token(options: EngineOptions, prompt: list[int]) -> Answer:
    """In an engine that is started for it. Stopping it saves what it read."""
    async with MeasuredEngine(options) as engine:
        return await engine.asking.answer(prompt)
