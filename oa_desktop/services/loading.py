"""From the name of a model to an engine that answers: resolved, checked against memory, started."""

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.errors import EngineStopped
from oa_desktop.client.launch import EngineProcess
from oa_desktop.errors import StorageError, UsageError
from oa_desktop.services.fit.check import require_fit
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.services.library.models import ModelLibrary
from oa_desktop.services.saved_states import remove_all
from oa_desktop.settings import Settings

_log = logging.getLogger(__name__)

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
    prompt_format: str | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    states: Path | None = None,
) -> EngineOptions:
    """How the settings want this model to be run. Raises UsageError when they contradict each other.

    settings: with those of the model over them already.
    prompt_format: instead of the one that was set for the model.
    states: the folder for saved states, where the settings want some, and for what drivers compile.
    """
    if settings.kv_type != "f16" and settings.flash_attention == "off":
        raise UsageError(
            "kv-type-needs-flash-attention",
            f"A KV cache of {settings.kv_type} needs flash attention, which is switched off.",
            hint="Switch flash attention on, or keep the cache in f16.",
        )
    return EngineOptions(
        model=model.path,
        ctx=settings.context_tokens or None,
        threads=settings.threads or None,
        gpu_layers=settings.gpu_layers,
        kv_type=settings.kv_type,
        flash_attention=settings.flash_attention,
        prompt_format=prompt_format or model.settings.prompt_format,
        log=log,
        host=host,
        port=port,
        state_dir=states if settings.resume else None,
        state_bytes=round(settings.resume_gigabytes * 10**9),
        driver_cache=states / "drivers" if states else None,
    )


async def load_model(
    library: ModelLibrary,
    ref: str,
    settings: Settings,
    *,
    chosen: Collection[str] = (),
    prompt_format: str | None = None,
    log: Path | None = None,
    states: Path | None = None,
    on_progress: Progress | None = None,
) -> LoadedModel:
    """Start an engine for the model called `ref` and wait until it answers.

    settings: of the app; those of the model are laid over them, but for the names a person has `chosen`.

    A model that takes the engine or the whole machine down while it loads is remembered, so that nothing
    loads it unasked again: it is marked before the start, and the mark goes when it loaded, or was refused in
    words, or nobody wanted it any more.
    Raises: ModelError when it is missing, damaged or too large, EngineError when the engine does not start.
    """
    model = await asyncio.to_thread(library.resolve, ref)
    settings = model.settings.over(settings, chosen)
    await asyncio.to_thread(require_fit, library, model, settings)
    await clear_unwanted(states, settings)
    await _noted(library.note_loading, model)
    process: EngineProcess | None = None
    try:
        options = engine_options(model, settings, log, prompt_format=prompt_format, states=states)
        process = await EngineProcess.start(options, on_progress=on_progress)
        await _noted(library.note_loaded, model)
    except EngineStopped:
        raise
    except BaseException:
        if process is not None:
            await asyncio.shield(process.stop())
        await asyncio.shield(_noted(library.note_loaded, model))
        raise
    return LoadedModel(replace(model, crashed=False), process)


async def clear_unwanted(states: Path | None, settings: Settings) -> None:
    """Remove what was saved when the settings want nothing saved any more."""
    if states is not None and not settings.resume:
        await asyncio.to_thread(remove_all, states)


async def _noted(change: Callable[[ModelFile], object], model: ModelFile) -> None:
    """Write it down; where that cannot be done, the model can be used all the same."""
    try:
        await asyncio.to_thread(change, model)
    except StorageError as error:
        _log.warning("%s %s", error.title, error.detail)
