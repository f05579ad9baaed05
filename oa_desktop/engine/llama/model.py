"""Load a model file, and say what is in it."""

import ctypes
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from llama_cpp import llama_cpp as native

from oa_desktop.engine.backend import ModelFacts
from oa_desktop.engine.llama import log
from oa_desktop.engine.llama.context import LlamaOptions
from oa_desktop.engine.llama.handle import ModelHandle
from oa_desktop.engine.llama.mapped_file import let_go
from oa_desktop.engine.load_errors import explain_load
from oa_desktop.engine.model_parts import model_parts
from oa_desktop.errors import ModelError
from oa_desktop.gguf.errors import printable
from oa_desktop.gguf.offload import Plan


def load_model(path: Path, options: LlamaOptions, on_progress: Callable[[float], None] | None) -> ModelHandle:
    """The weights in memory. Raises: ModelError, EngineError."""

    def report(progress: float, _data: object) -> bool:
        if on_progress is not None:
            on_progress(progress)
        return True

    callback = native.llama_progress_callback(report)
    params = native.llama_model_default_params()
    params.load_mode = native.LLAMA_LOAD_MODE_AUTO if options.mmap else native.LLAMA_LOAD_MODE_NONE
    placement = _Placement(options.plan or Plan())
    placement.write_to(params)
    params.progress_callback = callback
    log.forget()
    pointer = native.llama_model_load_from_file(os.fsencode(path), params)
    if not pointer:
        raise explain_load(path, log.errors())
    model = ModelHandle(pointer, path, keep=placement)
    _check_kind(path, model)
    for part in model_parts(path):
        let_go(part)
    return model


class _Placement:
    """The devices of a plan as llama.cpp takes them: arrays that must stay while the model is used."""

    def __init__(self, plan: Plan) -> None:
        devices = [device.handle for device in plan.targets]
        self._devices = (ctypes.c_void_p * (len(devices) + 1))(*devices, None)
        self._shares = (ctypes.c_float * max(native.llama_max_devices(), len(devices)))(*plan.shares)
        self._layers = sum(plan.shares)

    def write_to(self, params: Any) -> None:
        """An empty list of devices is one, and means the processor; no list would mean all devices."""
        params.devices = ctypes.addressof(self._devices)
        params.tensor_split = self._shares
        params.n_gpu_layers = self._layers


def _check_kind(path: Path, model: ModelHandle) -> None:
    if native.llama_model_has_encoder(model.pointer) or not native.llama_model_has_decoder(model.pointer):
        raise ModelError(
            "model-not-chat", f"{path.name} is no text generation model.", hint="Choose a chat model."
        )
    if native.llama_model_is_diffusion(model.pointer):
        raise ModelError("model-not-chat", f"{path.name} is a diffusion model.", hint="Choose a chat model.")


def model_facts(handle: ModelHandle) -> ModelFacts:
    """What the header says. A model without a name is called like its file."""
    model = handle.pointer
    template = native.llama_model_chat_template(model, None)
    description = ctypes.create_string_buffer(256)
    native.llama_model_desc(model, description, len(description))
    return ModelFacts(
        name=printable(_metadata(model, "general.name") or handle.path.stem),
        description=description.value.decode(errors="replace"),
        architecture=_metadata(model, "general.architecture"),
        train_context_tokens=native.llama_model_n_ctx_train(model),
        parameter_count=native.llama_model_n_params(model),
        size_bytes=native.llama_model_size(model),
        chat_template=template.decode(errors="replace") if template else None,
    )


def _metadata(model: Any, key: str) -> str:
    """A text of the file's header, at most 1000 bytes of it; empty when it has none."""
    buffer = ctypes.create_string_buffer(1001)
    length = native.llama_model_meta_val_str(model, key.encode(), buffer, len(buffer))
    return buffer.value.decode(errors="replace") if length >= 0 else ""
