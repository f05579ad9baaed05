"""llama.cpp says why a model does not load only in its log; this turns those lines into one sentence."""

import re
from collections.abc import Sequence
from pathlib import Path

from oa_desktop.errors import EngineError, ModelError, OaError

_ARCHITECTURE = re.compile(r"(?:unknown|unsupported) model architecture: '([^']*)'")
_INCOMPLETE = re.compile(
    r"not within the file bounds|failed to read|unexpectedly reached end|tensors expected but"
)
_MEMORY = re.compile(
    r"(?:failed|unable) to allocate|out of memory|bad_alloc|cannot allocate|cudaMalloc|OutOf\w*Memory",
    re.IGNORECASE,
)

OUT_OF_MEMORY = "out-of-memory"
SMALLER = "Close other programs, choose a smaller context, or choose a smaller model."


def explain_load(path: Path, log: Sequence[str]) -> OaError:
    """log: the error lines of the failed load, oldest first."""
    said = "\n".join(log)
    if unknown := _ARCHITECTURE.search(said):
        return ModelError(
            "model-architecture-unknown",
            f"{path.name} needs a newer engine: this one does not know the architecture “{unknown[1]}”.",
            detail=said,
            hint="Update OpenAssistant Desktop or choose another model.",
        )
    if _MEMORY.search(said):
        return out_of_memory(f"{path.name} does not fit into the free memory.", said)
    if _INCOMPLETE.search(said):
        return ModelError(
            "model-incomplete",
            f"{path.name} is incomplete or damaged.",
            detail=said,
            hint="Download or copy the file again.",
        )
    return ModelError(
        "model-rejected",
        f"{path.name} could not be loaded: it is damaged or of a kind this engine cannot read.",
        detail=said,
        hint="Download the file again or choose another model.",
    )


def explain_context(context_tokens: int, log: Sequence[str]) -> OaError:
    """Why no working memory for `context_tokens` could be made."""
    said = "\n".join(log)
    if _MEMORY.search(said):
        return out_of_memory(
            f"There is not enough free memory for a context of {context_tokens} tokens.", said
        )
    return EngineError(
        "context-failed",
        f"The engine could not prepare a context of {context_tokens} tokens for this model.",
        detail=said,
        hint="Choose a smaller context or another model.",
    )


def out_of_memory(title: str, said: str) -> EngineError:
    """The machine is too small, the file is not at fault."""
    return EngineError(OUT_OF_MEMORY, title, detail=said, hint=SMALLER)
