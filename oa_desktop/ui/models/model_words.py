"""What is said of models: sizes, what a context holds, which one to fetch, what to ask first. Pure."""

from collections.abc import Sequence

from oa_desktop.conversation.message import Message, Role
from oa_desktop.services.model_file import ModelFile
from oa_desktop.services.model_suggestions import SUGGESTED_MODELS
from oa_desktop.services.models import TOUR_REF
from oa_desktop.services.tour import FOLLOW_UP, QUESTION

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


def suggestion() -> str:
    """Which real model to begin with, and where it is found."""
    first = SUGGESTED_MODELS[0]
    return (
        f"A first real model: {first.title} ({first.size_bytes / 1e6:.0f} MB). "
        f"Fetch {first.file} from huggingface.co/{first.repo}, then open the file or drop it here."
    )
