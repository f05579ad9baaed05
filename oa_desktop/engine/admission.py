"""What a request may take at most, and which requests can never run."""

from dataclasses import dataclass

from oa_desktop.engine.requests import GenerationRequest


@dataclass(frozen=True, slots=True)
class Limits:
    """What the backend has: see `Backend`."""

    n_ctx: int
    cells: int
    max_sequences: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """reply_tokens: the most tokens of one reply.   reply_cells: the most cells of all replies together."""

    reply_tokens: int
    reply_cells: int


def refusal(request: GenerationRequest, limits: Limits) -> tuple[str, str] | None:
    """Code and sentence when `request` could not run even alone."""
    prompt_tokens = len(request.prompt)
    if not prompt_tokens:
        return "empty-prompt", "The prompt has no tokens."
    if request.n < 1 or request.max_tokens < 1:
        return "bad-request", "n and max_tokens must be at least 1."
    if prompt_tokens >= limits.n_ctx:
        sentence = (
            f"The prompt has {prompt_tokens} tokens; the context holds {limits.n_ctx}, the reply included."
        )
        return "prompt-too-long", sentence
    if request.n > limits.max_sequences:
        return (
            "too-many-replies",
            f"{request.n} replies at once, this engine runs at most {limits.max_sequences}.",
        )
    return None


def allowance(request: GenerationRequest, limits: Limits) -> Allowance:
    """A reply may fill the context; all together, with their prompt, may fill the cells."""
    prompt_tokens = len(request.prompt)
    reply_tokens = min(request.max_tokens, limits.n_ctx - prompt_tokens)
    return Allowance(reply_tokens, min(request.n * reply_tokens, limits.cells - prompt_tokens))
