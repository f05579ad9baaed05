"""A device that ggml can compute on, as plain facts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

_KINDS: Final = {"mtl": "metal", "hip": "rocm"}
"""What ggml calls a backend, where people call it otherwise."""


class Role(StrEnum):
    """What part a device can take."""

    PROCESSOR = "processor"
    GRAPHICS = "graphics"
    INTEGRATED = "integrated"
    """Graphics that has no memory of its own."""
    ACCELERATOR = "accelerator"
    """Helps the processor with some operations, in its memory."""


@dataclass(frozen=True, slots=True)
class Device:
    """One device.

    kind: cpu, cuda, metal, vulkan, rocm, or what else a backend is called.   name: ggml's, e.g. CUDA0.
    description: what a person calls it.
    hardware_id: the same where two backends see one device; may be empty.
    handle: ggml's pointer, 0 for a device that is only described.
    """

    kind: str
    role: Role
    name: str
    description: str
    free_bytes: int
    total_bytes: int
    hardware_id: str = ""
    handle: int = field(default=0, compare=False, repr=False)

    @property
    def shares_memory(self) -> bool:
        """Whether what it holds is taken from the machine's own memory."""
        return self.role is not Role.GRAPHICS or self.kind == "metal"


def kind_of(backend: str) -> str:
    """The kind for a backend's name."""
    name = backend.lower()
    return _KINDS.get(name, name)


def offload_targets(devices: Iterable[Device]) -> tuple[Device, ...]:
    """The devices layers can be put on, in ggml's order: graphics cards, or integrated graphics without any.

    A card that two backends see is taken once; of integrated ones only those of the first backend with any.
    """
    cards: list[Device] = []
    integrated: list[Device] = []
    for device in devices:
        if device.role is Role.GRAPHICS:
            if not any(device.hardware_id and device.hardware_id == card.hardware_id for card in cards):
                cards.append(device)
        elif device.role is Role.INTEGRATED and (not integrated or device.kind == integrated[0].kind):
            integrated.append(device)
    return tuple(cards or integrated)
