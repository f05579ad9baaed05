"""What a person sets for one model; a value that is None is taken from the settings of the app."""

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from typing import Any

from oa_desktop.errors import UsageError
from oa_desktop.gguf.families import PromptFamily
from oa_desktop.settings import Settings, spec_of

_PROMPT_FORMATS = frozenset(family.value for family in PromptFamily)


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Every field but the last has the name and the limits of a setting of the app.

    prompt_format: a PromptFamily, instead of the one the file is recognised as.
    """

    context_tokens: int | None = None
    gpu_layers: str | None = None
    kv_type: str | None = None
    preset: str | None = None
    system_prompt: str | None = None
    prompt_format: str | None = None

    @property
    def values(self) -> dict[str, int | str]:
        """What is set, by name."""
        named = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in named if value is not None}

    def changed(self, **changes: object) -> "ModelSettings":
        """With these values; None takes one back. Raises UsageError for an unknown name or a wrong value."""
        checked: dict[str, Any] = {name: _checked(name, value) for name, value in changes.items()}
        return replace(self, **checked)

    def over(self, settings: Settings, chosen: Collection[str] = ()) -> Settings:
        """The settings of the app with those of the model over them.

        chosen: names a person chose for this run, which stay as they are.
        """
        for name, value in self.values.items():
            if name != "prompt_format" and name not in chosen:
                settings = settings.with_value(name, value)
        return settings


NO_SETTINGS = ModelSettings()

MODEL_SETTINGS = tuple(field.name for field in fields(ModelSettings))
"""What can be set for a model, in the order it is shown."""


def _checked(name: str, value: object) -> object:
    if name not in MODEL_SETTINGS:
        raise UsageError(
            "setting-unknown",
            f"There is no setting {name!r} for a model.",
            hint=f"Settings: {', '.join(MODEL_SETTINGS)}.",
        )
    if value is None:
        return None
    if name == "prompt_format":
        if value not in _PROMPT_FORMATS:
            allowed = ", ".join(sorted(_PROMPT_FORMATS))
            raise UsageError("setting-invalid", f"prompt_format cannot be {value!r:.40}; allowed: {allowed}.")
        return str(value)
    return spec_of(name).checked(value)
