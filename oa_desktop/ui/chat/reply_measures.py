"""The small print of a reply: how it ended, how long it is, how fast it came, and what was read for it.

Pure; the words are the window's own. Lines come in three lengths, for the room there is.
"""

from dataclasses import dataclass

from oa_desktop.conversation.message import Generation, Message, MessageState
from oa_desktop.ui.numbers import number, seconds

CUT = "length"
"""How a reply ends that had more to say than it was given."""

_ENDINGS = {
    MessageState.STREAMING: "writing",
    MessageState.STOPPED: "stopped",
    MessageState.INTERRUPTED: "interrupted",
    MessageState.FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class ReplyMeasures:
    """short: its speed when it ended by itself, else how it ended.   medium, full: with more of what it cost.

    explained: all of it in sentences, and which model it was.
    """

    short: str = ""
    medium: str = ""
    full: str = ""
    explained: str = ""


def reply_measures(message: Message) -> ReplyMeasures:
    """What is known of how a reply came about, also while it is being written."""
    made = message.generation or Generation()
    speed = "" if made.tokens_per_s is None else _speed(made.tokens_per_s)
    ending = _ENDINGS.get(message.state, "cut short" if made.finish_reason == CUT else "")
    length = _tokens(made.completion_tokens) if made.completion_tokens else ""
    first = "" if made.first_token_s is None else f"first after {seconds(made.first_token_s)}"
    return ReplyMeasures(
        short=ending or speed,
        medium=_line(ending, length, speed, first),
        full=_line(ending, length, speed, first, read_text(made)),
        explained="\n".join(part for part in _sentences(message, made) if part),
    )


def left_out(count: int, answers: int = 1) -> str:
    """What a reply was written without; empty when nothing was left out."""
    of_what = "this answer" if answers == 1 else "these answers"
    match count:
        case 0:
            return ""
        case 1:
            return f"The oldest message no longer fits and was left out of {of_what}."
    return f"The {number(count)} oldest messages no longer fit and were left out of {of_what}."


def _line(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _tokens(count: int) -> str:
    return f"{number(count)} {'token' if count == 1 else 'tokens'}"


def _speed(tokens_per_s: float) -> str:
    return f"{number(tokens_per_s, 0 if tokens_per_s >= 20 else 1)} tok/s"


def read_text(made: Generation) -> str:
    """How much of its prompt was read for a reply; empty when nobody counted."""
    if not made.prompt_tokens:
        return ""
    read = made.prompt_tokens - made.reused_tokens
    return f"read {number(read)} of {_tokens(made.prompt_tokens)}"


def _sentences(message: Message, made: Generation) -> list[str]:
    """The tooltip."""
    sentences = [_line(message.model_name or "", made.preset or "")]
    if made.finish_reason == CUT:
        sentences.append("It ended at its longest length or at the end of the context, not by itself.")
    if made.completion_tokens:
        rate = "" if made.tokens_per_s is None else f", {number(made.tokens_per_s, 1)} in a second"
        sentences.append(f"{_tokens(made.completion_tokens)} written{rate}.")
    if made.first_token_s is not None:
        sentences.append(f"The first came after {seconds(made.first_token_s)}.")
    if made.prompt_tokens:
        read = number(made.prompt_tokens - made.reused_tokens)
        known = f", {number(made.reused_tokens)} were known from before" if made.reused_tokens else ""
        sentences.append(f"The prompt has {_tokens(made.prompt_tokens)}; {read} were read for this{known}.")
    sentences.append(left_out(made.dropped_messages))
    if made.continues:
        sentences.append("It goes on from another reply; only what is new is counted.")
    return sentences
