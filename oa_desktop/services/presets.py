"""The sampling presets of Open-Assistant, in the words of the chat protocol.

Source: LAION-AI/Open-Assistant f1e6ed95, inference/server/oasst_inference_server/routes/configs.py;
`greedy` is from its evaluations (model/model_eval/manual/config).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from oa_desktop.errors import UsageError

DEFAULT_PRESET = "k50"


@dataclass(frozen=True, slots=True)
class Preset:
    """A named way to sample. None leaves a filter out; temperature 0 always takes the likeliest token."""

    name: str
    title: str
    temperature: float
    repetition_penalty: float = 1.2
    top_k: int | None = None
    top_p: float | None = None
    typical_p: float | None = None

    def sampling(self, temperature: float | None = None) -> dict[str, float | int | None]:
        """The fields of a chat request; `temperature` replaces the preset's own."""
        return {
            "temperature": self.temperature if temperature is None else temperature,
            "top_k": self.top_k,
            "top_p": self.top_p,
            "typical_p": self.typical_p,
            "repetition_penalty": self.repetition_penalty,
        }


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        preset.name: preset
        for preset in (
            Preset("k50", "Balanced", 0.75, top_k=50, top_p=0.95),
            Preset("k50-Creative", "More varied", 0.85, top_k=50, top_p=0.95),
            Preset("k50-Precise", "Close to the likeliest words", 0.1, top_k=50, top_p=0.95),
            Preset("k50-Original", "As first released", 0.9, top_k=50, top_p=0.95),
            Preset("nucleus9", "From the likeliest nine tenths", 0.8, top_p=0.9),
            Preset("typical2", "Typical words, narrow", 0.8, typical_p=0.2),
            Preset("typical3", "Typical words, wider", 0.8, typical_p=0.3),
            Preset("greedy", "Always the likeliest word; every reply is the same", 0.0),
        )
    }
)
"""In the order a menu shows them."""


def preset_of(name: str) -> Preset:
    """The preset called `name`. Raises UsageError if there is none."""
    try:
        return PRESETS[name]
    except KeyError:
        raise UsageError(
            "preset-unknown", f"There is no preset {name!r}.", hint=f"Presets: {', '.join(PRESETS)}."
        ) from None
