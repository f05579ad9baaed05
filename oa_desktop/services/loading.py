"""From the name of a model to an engine that answers: resolved, checked against memory, started."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from oa_desktop.client.errors import EngineStopped
from oa_desktop.client.launch import EngineOptions, EngineProcess
from oa_desktop.services.model_file import ModelFile
from oa_desktop.services.models import ModelLibrary
from oa_desktop.settings import Settings

Progress = Callable[[float], None]
"""Told how much of the model is loaded, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model and the process that runs it; `stop` the process to give the memory back."""

    model: ModelFile
    process: EngineProcess


def engine_options(
    model: ModelFile,
    settings: Settings,
    log: Path | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
) -> EngineOptions:
    """How the settings want this model to be run."""
    return EngineOptions(
        model=model.path,
        ctx=settings.context_tokens or model.context_tokens or None,
        threads=settings.threads or None,
        gpu_layers=settings.gpu_layers,
        log=log,
        host=host,
        port=port,
    )


async def load_model(
    library: ModelLibrary,
    ref: str,
    settings: Settings,
    *,
    log: Path | None = None,
    on_progress: Progress | None = None,
) -> LoadedModel:
    """Start an engine for the model called `ref` and wait until it answers.

    A model that takes the engine down while it loads is remembered, so that nothing loads it unasked again.
    Raises: ModelError when it is missing, damaged or too large, EngineError when the engine does not start.
    """
    model = await asyncio.to_thread(library.resolve, ref)
    await asyncio.to_thread(library.require_fit, model, settings.context_tokens)
    try:
        process = await EngineProcess.start(engine_options(model, settings, log), on_progress=on_progress)
    except EngineStopped:
        await asyncio.to_thread(library.mark_crashed, model)
        raise
    return LoadedModel(await asyncio.to_thread(library.clear_crashed, model), process)
