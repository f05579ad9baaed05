"""A whole run: start the engine and the bare loop, take every measurement, end both."""

import os
import platform
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from oa_desktop import __version__
from oa_desktop.bench.asking import Asking
from oa_desktop.bench.bare import BareLoop
from oa_desktop.bench.figures import Figure, Findings
from oa_desktop.bench.llama_server import LlamaServer
from oa_desktop.bench.measures import Measures
from oa_desktop.bench.memory import ALLOWANCE_BYTES, peak_bytes
from oa_desktop.bench.plan import Plan
from oa_desktop.bench.resuming import resume
from oa_desktop.client.handle import EngineHandle
from oa_desktop.client.launch import EngineOptions, EngineProcess

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
        started = time.perf_counter()
        engine = await EngineProcess.start(options)
        start_s = time.perf_counter() - started
        running.push_async_callback(engine.stop)
        if engine.handle.model is not None:
            plan = plan.within(engine.handle.model.context_tokens)
        bare = await running.enter_async_context(BareLoop(options))
        measures = Measures(Asking(engine.handle), bare, plan, vocabulary_size)
        server = None
        if llama_server is not None:
            server = await running.enter_async_context(_server(llama_server, options, plan, engine.handle))
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
        if server is not None:
            told("Measuring beside llama-server")
            figures.append(await measures.beside(server))
    told("Measuring a restart")
    figures.append(await resume(options, plan, vocabulary_size))
    return Findings(_about(options, engine), tuple(figures))


def _server(program: Path, options: EngineOptions, plan: Plan, handle: EngineHandle) -> LlamaServer:
    model = handle.model
    threads = model.device.threads if model and model.device else 1
    context_tokens = model.context_tokens if model else plan.long_prompt
    return LlamaServer(
        program, options, replies=plan.candidates, threads=threads, context_tokens=context_tokens
    )


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
