"""How to generate, as the OpenAI protocol and the extensions of llama-server and vLLM spell it."""

import secrets
from dataclasses import dataclass
from typing import Final

from oa_desktop.engine.api.fields import Fields
from oa_desktop.engine.api.problem import bad_field
from oa_desktop.engine.api.unsupported import refuse_unsupported
from oa_desktop.engine.requests import Sampling

MOST_REPLIES: Final = 64
MOST_TOKENS: Final = 1_048_576
MOST_STOPS: Final = 16
LONGEST_STOP: Final = 256
DEFAULT_MAX_TOKENS: Final = 1024
SMALLEST_PENALTY: Final = 0.01
"""What is divided by less may be too large for a number of 32 bits."""
_SEED_LIMIT: Final = 2**32


@dataclass(frozen=True, slots=True)
class GenerationFields:
    """Every field of a request but its prompt."""

    n: int
    max_tokens: int
    sampling: Sampling
    stop: tuple[str, ...]
    ignore_eos: bool
    stream: bool
    include_usage: bool


def parse_generation(fields: Fields, max_replies: int) -> GenerationFields:
    """Read and check the fields. max_replies: how many replies at once this engine decodes.

    Raises: Problem 400 naming the field.
    """
    refuse_unsupported(fields)
    fields.text("model")  # one engine serves one model, so any name will do
    return GenerationFields(
        n=fields.integer("n", 1, min(MOST_REPLIES, max_replies)) or 1,
        max_tokens=parse_max_tokens(fields),
        sampling=_parse_sampling(fields),
        stop=fields.strings("stop", most=MOST_STOPS, longest=LONGEST_STOP),
        ignore_eos=fields.flag("ignore_eos"),
        stream=fields.flag("stream"),
        include_usage=fields.object("stream_options").flag("include_usage"),
    )


def parse_max_tokens(fields: Fields) -> int:
    """How long a reply may be; the newer of the two names wins."""
    max_tokens = fields.integer("max_tokens", 1, MOST_TOKENS)
    newer_name = fields.integer("max_completion_tokens", 1, MOST_TOKENS)
    return newer_name or max_tokens or DEFAULT_MAX_TOKENS


def _parse_sampling(fields: Fields) -> Sampling:
    seed = fields.integer("seed", 0, _SEED_LIMIT - 1)
    return Sampling(
        temperature=_or(fields.number("temperature", 0.0, 2.0), 1.0),
        top_k=_parse_top_k(fields),
        top_p=fields.number("top_p", 0.0, 1.0, above=True),
        typical_p=fields.number("typical_p", 0.0, 1.0, above=True),
        repetition_penalty=_parse_repetition_penalty(fields),
        frequency_penalty=_or(fields.number("frequency_penalty", -2.0, 2.0), 0.0),
        presence_penalty=_or(fields.number("presence_penalty", -2.0, 2.0), 0.0),
        seed=secrets.randbelow(_SEED_LIMIT) if seed is None else seed,
    )


def _parse_top_k(fields: Fields) -> int | None:
    """0 and -1 are how llama-server and vLLM clients write "no limit"."""
    value = fields.integer("top_k", -1, 1_000_000)
    return value if value is not None and value > 0 else None


def _parse_repetition_penalty(fields: Fields) -> float:
    """`repeat_penalty` is llama-server's name for the same number; two names with two values are refused."""
    ours = fields.number("repetition_penalty", SMALLEST_PENALTY, 10.0)
    theirs = fields.number("repeat_penalty", SMALLEST_PENALTY, 10.0)
    if ours is not None and theirs is not None and ours != theirs:
        raise bad_field(fields.path("repeat_penalty"), "equal repetition_penalty when both are given")
    return _or(ours if ours is not None else theirs, 1.0)


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
