"""How much of a read an engine saves that starts again and finds the branch on disk."""

import random
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from oa_desktop.bench.asking import Asking, any_prompt
from oa_desktop.bench.figures import Figure
from oa_desktop.bench.plan import Plan
from oa_desktop.client.launch import EngineOptions, EngineProcess


async def resume(options: EngineOptions, plan: Plan, vocabulary_size: int) -> Figure:
    """The first token after a restart, beside reading the same tokens in the engine before it."""
    randomness = random.Random(1)  # noqa: S311 - a prompt, no secret
    resumed, read = [], []
    for _ in range(plan.long_rounds):
        prompt = any_prompt(plan.long_prompt, vocabulary_size, randomness)
        with TemporaryDirectory(prefix="oa-desktop-bench-", ignore_cleanup_errors=True) as folder:
            saving = replace(options, state_dir=Path(folder))
            read.append(await _first_token_s(saving, prompt, plan))
            resumed.append(await _first_token_s(saving, prompt, plan))
    name = f"first token after a restart, {plan.long_prompt:,} tokens on disk"
    return Figure("resume", name, "s", tuple(resumed), "reading them again", tuple(read))


async def _first_token_s(options: EngineOptions, prompt: list[int], plan: Plan) -> float:
    """In an engine that is started for it. Stopping it saves what it read."""
    engine = await EngineProcess.start(options)
    try:
        asking = Asking(engine.handle)
        await asking.answer(prompt[-plan.warm_up :][::-1], tokens=2)
        return (await asking.answer(prompt)).ended_s
    finally:
        await engine.stop()
