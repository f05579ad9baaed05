"""Where a loaded model ended up, as the engine tells it."""

from typing import Any

from llama_cpp import llama_cpp as native

from oa_desktop.engine.backend import DeviceFacts
from oa_desktop.engine.llama.devices import devices
from oa_desktop.engine.llama.flash_attention import flash_attention_was_said
from oa_desktop.engine.llama.handle import ModelHandle
from oa_desktop.gguf.device import Role
from oa_desktop.gguf.offload import Plan


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
        flash_attention=flash_attention_was_said(),
    )
