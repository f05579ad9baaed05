"""Where a loaded model ended up, as the engine tells it."""

from typing import Any, Final

from llama_cpp import llama_cpp as native

from oa_desktop.engine.backend import DeviceFacts
from oa_desktop.engine.device import Device, Role
from oa_desktop.engine.llama import log
from oa_desktop.engine.llama.devices import devices
from oa_desktop.engine.llama.handle import ModelHandle

_FLASH_ATTENTION_ON: Final = "Flash Attention enabled"
"""llama.cpp decides by itself whether a model and a device can, and says so in its log only."""


def device_facts(model: ModelHandle, context: Any, offloaded_layers: int = 0) -> DeviceFacts:
    """Right after `context` was made: its log lines are read."""
    processor = next((device for device in devices() if device.role is Role.PROCESSOR), None)
    return DeviceFacts(
        kind="cpu",
        name=_called(processor),
        layers=native.llama_model_n_layer(model.pointer),
        offloaded_layers=offloaded_layers,
        threads=native.llama_n_threads(context),
        kv_type="f16",
        flash_attention=any(_FLASH_ATTENTION_ON in line for line in log.lines()),
    )


def _called(device: Device | None) -> str:
    return device.description or device.name if device else ""
