"""What the API serves: one loaded model, its prompt format and its loop."""

from dataclasses import asdict, dataclass
from typing import Any

from oa_desktop.engine.api.generation_fields import MOST_REPLIES
from oa_desktop.engine.loop import EngineLoop
from oa_desktop.engine.prompts.renderer import PromptRenderer


@dataclass(frozen=True, slots=True)
class ServedModel:
    """The one model of this process."""

    loop: EngineLoop
    prompts: PromptRenderer

    @property
    def name(self) -> str:
        """The id clients see."""
        return self.loop.backend.model.name

    @property
    def context_tokens(self) -> int:
        """The longest prompt and answer together."""
        return self.loop.backend.n_ctx

    @property
    def max_replies(self) -> int:
        """How many replies one request may ask for."""
        return min(MOST_REPLIES, self.loop.max_replies)

    def describe(self) -> dict[str, Any]:
        """What the hello line and `/v1/models` say about the model."""
        backend = self.loop.backend
        model = backend.model
        return {
            "name": self.name,
            "description": model.description,
            "architecture": model.architecture,
            "parameters": model.parameter_count,
            "size_bytes": model.size_bytes,
            "context_tokens": self.context_tokens,
            "train_context_tokens": model.train_context_tokens,
            "max_replies": self.max_replies,
            "prompt_format": self.prompts.name,
            "truncation": True,
            "continuation": True,
            "device": asdict(backend.device),
            "notices": [*backend.notices, *self.prompts.notices],
        }
