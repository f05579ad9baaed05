"""A whole run: start the engine and the bare loop, take every measurement, end both."""

import os
import platform
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from oa_desktop import __version__
from oa_desktop.bench.bare import BareLoop
from oa_desktop.bench.engine import MeasuredEngine
from oa_desktop.bench.figures import Figure, Findings
from oa_desktop.bench.llama_server import LlamaServer
from oa_desktop.bench.measures import Measures
from oa_desktop.bench.memory import ALLOWANCE_BYTES
from oa_desktop.bench.plan import Plan
from oa_desktop.bench.resuming import resume
from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.handle import ModelDescription

Told = Callable[[str], None]
"""Told what is measured next."""


async def run(
    options: EngineOptions,
    plan: Plan,
    told: Told,
    *,
    vocabulary_size: int,
    llama_server: Path | None = None,
) -> Findings:
    """Measure the engine that `options` start.

    llama_server: the program of llama.cpp to compare with. Raises: EngineError, ModelError when one of them
    does not start.
    """
    told("Starting the engine and its references")
    async with AsyncExitStack() as running:
        engine = await running.enter_async_context(MeasuredEngine(options))
        plan = plan.within(engine.model.context_tokens)
        about = _about(options, engine.model)
        bare = await running.enter_async_context(BareLoop(options))
        server = None
        if llama_server is not None:
            server = await running.enter_async_context(_server(llama_server, options, plan, engine.model))
        measures = Measures(engine, bare, plan, vocabulary_size)
        figures = []
        for name, measure in (
            ("one stream", measures.decode),
            ("a long prompt", measures.prefill),
            ("one stream beside kept branches", measures.kept),
            ("several replies", measures.candidates),
            ("one after another", measures.sequential),
            ("a hop", measures.hop),
            ("stopping", measures.stop),
        ):
            told(f"Measuring {name}")
            figures.append(await measure())
        told("Measuring the longest wait")
        figures.extend(await measures.gap())
        told("Measuring several widths")
        figures.extend(await measures.widths())
        if server is not None:
            told("Measuring beside llama-server")
            figures.append(await measures.beside(server))
        loading = "llama.cpp's own loading"
        load_s = (bare.load_s,) * len(engine.start_s)
        figures.append(Figure("", "start", "s", tuple(engine.start_s), loading, load_s))
    figures.append(_memory(engine.peak_bytes, measures.bare_peak_bytes))
    told("Measuring a restart")
    figures.append(await resume(options, plan, vocabulary_size))
    return Findings(about, tuple(figures))


def _server(program: Path, options: EngineOptions, plan: Plan, model: ModelDescription) -> LlamaServer:
    threads = model.device.threads if model.device else 1
    return LlamaServer(
        program, options, replies=plan.candidates, threads=threads, context_tokens=model.context_tokens
    )


def _memory(engine_bytes: int, bare_bytes: int) -> Figure:
    ours, allowed = engine_bytes / 1e6, (bare_bytes + ALLOWANCE_BYTES) / 1e6
    return Figure("memory", "peak memory", "MB", (ours,), "the bare loop's and 60 MB", (allowed,))


def _about(options: EngineOptions, model: ModelDescription) -> dict[str, Any]:
    return {
        "model": options.model.name,
        "description": model.description,
        "version": __version__,
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "device": asdict(model.device) if model.device else None,
    }
