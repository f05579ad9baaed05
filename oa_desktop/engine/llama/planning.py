"""Look at the file and at the machine, and settle how the model is loaded, before anything of it is."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Final

from oa_desktop.engine.llama.context import LlamaOptions
from oa_desktop.engine.llama.devices import backends, devices, free_memory
from oa_desktop.engine.llama.processors import usable_threads
from oa_desktop.engine.model_parts import model_parts
from oa_desktop.errors import EngineError, ModelError
from oa_desktop.gguf import read_header
from oa_desktop.gguf.device import Device, offload_targets
from oa_desktop.gguf.fit import SEQUENCES
from oa_desktop.gguf.kv_cache import KvType
from oa_desktop.gguf.layer_sizes import LayerSizes, layer_sizes
from oa_desktop.gguf.offload import Plan, Wanted, plan, smaller

_NO_PLACE_FOR_LAYERS: Final = frozenset({"cpu", "blas", "amx", "rpc", "zdnn"})
"""Backends that are no graphics."""

_log = logging.getLogger(__name__)


def planned(path: Path, options: LlamaOptions) -> LlamaOptions:
    """`options` with a plan for this file on this machine, if they have none yet.

    A file that cannot be understood gets a plan all the same: llama.cpp says best what is wrong with it.
    Raises: EngineError when the options cannot be together.
    """
    if options.kv_type is not KvType.F16 and options.flash_attention == "off":
        raise EngineError(
            "kv-type-needs-flash-attention",
            f"A KV cache of {options.kv_type} needs flash attention, which is switched off.",
            hint="Switch flash attention on, or keep the cache in f16.",
        )
    if options.plan is not None:
        return options
    targets = offload_targets(devices())
    made = plan(_sizes(path), targets, free_memory(), _wanted(options))
    return _with(options, replace(made, notices=(*_about(options, targets), *made.notices)))


def with_less(path: Path, options: LlamaOptions) -> LlamaOptions | None:
    """`options` with the plan for a second try, after too little memory for the first; None without any."""
    assert options.plan is not None
    less = smaller(options.plan, _sizes(path), free_memory(), _wanted(options))
    return None if less is None else _with(options, less)


def _with(options: LlamaOptions, made: Plan) -> LlamaOptions:
    for reason in (*made.reasons, *made.notices):
        _log.info("%s", reason)
    return replace(options, plan=made)


def _wanted(options: LlamaOptions) -> Wanted:
    return Wanted(
        gpu_layers=options.gpu_layers,
        context_tokens=options.n_ctx,
        cells=options.cells,
        kv_type=options.kv_type,
        flash_attention=options.flash_attention != "off",
        sequences=options.max_sequences or SEQUENCES,
    )


def _sizes(path: Path) -> LayerSizes | None:
    try:
        return layer_sizes([read_header(part) for part in model_parts(path)])
    except ModelError as error:
        _log.info("no plan for this file: %s", error.title)
        return None


def _about(options: LlamaOptions, targets: tuple[Device, ...]) -> list[str]:
    """What a person should know of the machine, whatever the model is."""
    notices = []
    if options.threads is not None and options.threads > usable_threads():
        notices.append(
            f"{options.threads} threads were asked for and {usable_threads()} are used: this machine cannot "
            "run more at once, and they would wait for each other."
        )
    if options.gpu_layers != 0 and not targets:
        if built_for := [kind for kind in backends() if kind not in _NO_PLACE_FOR_LAYERS]:
            notices.append(
                f"The model runs on the processor: no device for {' or '.join(built_for)} was found. "
                "“oa-desktop doctor” says more."
            )
        elif options.gpu_layers != "auto":
            notices.append(
                "The model runs on the processor: this llama.cpp was built without support for graphics."
            )
    return notices
