"""A whole run: start the engine and the bare loop, take every measurement, end both."""

import os
import platform
import time
from collections.abc import Callable
from typing import Any

from oa_desktop import __version__
from oa_desktop.bench.asking import asking
from oa_desktop.bench.bare import BareLoop
from oa_desktop.bench.figures import Figure, Findings
from oa_desktop.bench.measures import Measures
from oa_desktop.bench.memory import ALLOWANCE_BYTES, peak_bytes
from oa_desktop.bench.plan import Plan
from oa_desktop.client.launch import EngineOptions, EngineProcess

Told = Callable[[str], None]
"""Told what is measured next."""


async def run(options: EngineOptions, plan: Plan, told: Told) -> Findings:
    """Measure the engine that `options` start. Raises: EngineError, ModelError when it does not."""
    told("Starting the engine and the bare loop")
    started = time.perf_counter()
    engine = await EngineProcess.start(options)
    start_s = time.perf_counter() - started
    try:
        async with BareLoop(options) as bare, asking(engine.handle) as requests:
            measures = Measures(requests, bare, plan)
            await measures.warm_up()
            figures = [Figure("", "start", "s", (start_s,), "llama.cpp's own loading", (bare.load_s,))]
            for name, measure in (
                ("one stream", measures.decode),
                ("a long prompt", measures.prefill),
                ("several replies", measures.candidates),
                ("one after another", measures.sequential),
                ("a hop", measures.hop),
                ("the longest wait", measures.gap),
                ("stopping", measures.stop),
            ):
                told(f"Measuring {name}")
                figures.append(await measure())
            told("Measuring several widths")
            figures.extend(await measures.widths())
            figures.append(_memory(engine.pid, measures.bare_peak_bytes))
    finally:
        await engine.stop()
    return Findings(_about(options, engine), tuple(figures))


def _memory(pid: int, bare_bytes: int) -> Figure:
    ours, allowed = peak_bytes(pid) / 1e6, (bare_bytes + ALLOWANCE_BYTES) / 1e6
    return Figure("memory", "peak memory", "MB", (ours,), "the bare loop's and 60 MB", (allowed,))


def _about(options: EngineOptions, engine: EngineProcess) -> dict[str, Any]:
    model = engine.handle.model
    return {
        "model": options.model.name,
        "description": model.description if model else "",
        "version": __version__,
        "system": platform.platform(),
        "cores": os.cpu_count(),
    }
