"""What is said of models: sizes, where they run, what a context holds, what to ask first. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from oa_desktop.client.handle import EngineDevice, ModelDescription
from oa_desktop.conversation.message import Message, Role
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.services.library.models import TOUR_REF
from oa_desktop.services.tour import FOLLOW_UP, QUESTION
from oa_desktop.ui.conversations.conversation_rows import one_line
from oa_desktop.ui.numbers import number

_KINDS: Final = {"cuda": "CUDA", "metal": "Metal", "vulkan": "Vulkan", "rocm": "ROCm"}
_MAKERS: Final = re.compile(r"\b(?:NVIDIA|GeForce|AMD|Radeon|Intel|Graphics)\b|\((?:R|TM)\)", re.IGNORECASE)
TOUR_STARTERS = (QUESTION, FOLLOW_UP)
GENERAL_STARTERS = (
    "Explain the etymology of the word “barn”.",
    "Write a short poem about spring.",
    "How many chickens and rabbits have 10 heads and 28 legs?",
)


def context_used(path: Sequence[Message]) -> int:
    """Tokens the newest finished reply of a branch took with its prompt; 0 when nobody counted."""
    for message in reversed(path):
        generation = message.generation
        if message.role is Role.ASSISTANT and generation and generation.prompt_tokens:
            return generation.prompt_tokens + generation.completion_tokens
    return 0


def model_detail(file: ModelFile) -> str:
    """Size and where a model is from, in a few words."""
    size = f"{file.size_bytes / 1e9:.1f} GB" if file.size_bytes >= 1e9 else f"{file.size_bytes / 1e6:.1f} MB"
    architecture = file.facts.architecture if file.facts else ""
    comes_with_app = "comes with the app" if file.ref == TOUR_REF else ""
    return " · ".join(part for part in (comes_with_app, architecture, size) if part)


def device_text(device: EngineDevice | None) -> str:
    """Where a model runs, in a few words; empty when its engine does not say."""
    if device is None or not device.kind:
        return ""
    if not device.offloaded_layers:
        return f"CPU · {_threads(device.threads)}" if device.threads else "CPU"
    name = one_line(_MAKERS.sub("", device.name)) or one_line(device.name) or _kind(device)
    return f"{name} · {number(device.offloaded_layers)} of {number(device.layers)} layers"


def device_details(model: ModelDescription) -> str:
    """Where and how a model runs, a line for each fact, and what its engine wants to have said."""
    lines = [_runs_on(model.device), _memory(model), *map(one_line, model.notices)]
    return "\n".join(line for line in lines if line)


def _runs_on(device: EngineDevice | None) -> str:
    if device is None or not device.kind:
        return ""
    name = one_line(device.name)
    if not device.offloaded_layers:
        threads = f" with {_threads(device.threads)}" if device.threads else ""
        return f"Runs on the processor{threads}" + (f": {name}" if name else "")
    layers = f"{number(device.offloaded_layers)} of its {number(device.layers)} layers"
    return f"Runs on {name or 'the graphics card'} ({_kind(device)}) with {layers}"


def _memory(model: ModelDescription) -> str:
    device = model.device
    parts = [f"Context of {number(model.context_tokens)} tokens" if model.context_tokens else ""]
    if device is not None:
        parts.append(f"cache in {one_line(device.kv_type)}" if device.kv_type else "")
        parts.append("flash attention" if device.flash_attention else "")
    return ", ".join(part for part in parts if part)


def _kind(device: EngineDevice) -> str:
    return _KINDS.get(device.kind, one_line(device.kind))


def _threads(count: int) -> str:
    return f"{number(count)} {'thread' if count == 1 else 'threads'}"
