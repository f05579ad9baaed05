"""Where a loaded model ended up, as the engine tells it."""

import re
from typing import Any, Final

from llama_cpp import llama_cpp as native

from oa_desktop.engine.backend import DeviceFacts
from oa_desktop.engine.device import Role
from oa_desktop.engine.llama import log
from oa_desktop.engine.llama.devices import devices
from oa_desktop.engine.llama.handle import ModelHandle
from oa_desktop.engine.offload import Plan

_SAID_ON: Final = re.compile(r"Flash Attention enabled|flash_attn += enabled|enabling flash_attn")
_SAID_OFF: Final = "flash_attn is not compatible"


def device_facts(model: ModelHandle, context: Any, plan: Plan | None) -> DeviceFacts:
    """Right after `context` was made: its log lines are read."""
    plan = plan or Plan()
    targets = plan.targets or tuple(device for device in devices() if device.role is Role.PROCESSOR)[:1]
    return DeviceFacts(
        kind=targets[0].kind if targets else "cpu",
        name=" + ".join(device.description or device.name for device in targets),
        layers=native.llama_model_n_layer(model.pointer),
        offloaded_layers=plan.offloaded_layers,
        threads=native.llama_n_threads(context),
        kv_type=plan.kv_type,
        flash_attention=_flash_attention(),
    )


def _flash_attention() -> bool:
    """What llama.cpp made of the option; it says so in its log only."""
    lines = log.lines()
    return any(_SAID_ON.search(line) for line in lines) and not any(_SAID_OFF in line for line in lines)
