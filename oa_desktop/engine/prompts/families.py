"""The prompt formats this engine writes itself, as data: what stands before and after each turn.

The strings are those the models were trained on, to the letter: where they have no newline, none belongs.
"""

from dataclasses import dataclass
from typing import Final

from oa_desktop.engine.prompts.messages import ChatMessage, Conversation, Role
from oa_desktop.engine.prompts.segments import Prompt, Segment, Token

EOS: Final = "{eos}"
"""Stands for the vocabulary's end-of-sequence token: `<|endoftext|>`, `</s>` or what it has."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a format writes around the text of one role."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Family:
    """A prompt format.

    system: None where the format knows no system turn; the text then opens the first user turn.
    roles: names that must each be one token of a vocabulary this family was made for.
    stop_tokens: names whose tokens end a reply, where the vocabulary has them; otherwise their text does.
    stop_strings: texts that end a reply.
    """

    name: str
    user: Turn
    assistant: Turn
    system: Turn | None
    roles: tuple[str, ...] = ()
    stop_tokens: tuple[str, ...] = ()
    stop_strings: tuple[str, ...] = ()


OASST: Final = Family(
    "oasst",
    user=Turn("<|prompter|>", EOS),
    assistant=Turn("<|assistant|>", EOS),
    system=Turn("<|system|>", EOS),
    roles=("<|prompter|>", "<|assistant|>"),
    stop_tokens=("<|prompter|>", "<|assistant|>", "<|system|>"),
)
CHATML: Final = Family(
    "chatml",
    user=Turn("<|im_start|>user\n", "<|im_end|>\n"),
    assistant=Turn("<|im_start|>assistant\n", "<|im_end|>\n"),
    system=Turn("<|im_start|>system\n", "<|im_end|>\n"),
    roles=("<|im_start|>", "<|im_end|>"),
    stop_tokens=("<|im_start|>", "<|im_end|>"),
)
DANUBE: Final = Family(
    "danube",
    user=Turn("<|prompt|>", EOS),
    assistant=Turn("<|answer|>", EOS),
    system=None,
    roles=("<|prompt|>", "<|answer|>"),
    stop_tokens=("<|prompt|>", "<|answer|>", "<|system|>"),
)
ZEPHYR: Final = Family(
    "zephyr",
    user=Turn("<|user|>\n", f"{EOS}\n"),
    assistant=Turn("<|assistant|>\n", f"{EOS}\n"),
    system=Turn("<|system|>\n", f"{EOS}\n"),
    roles=("<|user|>", "<|assistant|>"),
    stop_tokens=("<|user|>", "<|assistant|>", "<|system|>"),
)
GUANACO: Final = Family(
    "guanaco",
    user=Turn("### Human: ", "\n"),
    assistant=Turn("### Assistant: ", "\n"),
    system=Turn("", "\n"),
    stop_strings=("### Human:", "### Assistant:"),
)

FAMILIES: Final = {family.name: family for family in (OASST, CHATML, DANUBE, ZEPHYR, GUANACO)}


def write(conversation: Conversation, family: Family, eos: int | None) -> Prompt:
    """The prompt of a conversation in a family's format. eos: the vocabulary's end token, if it has one."""
    messages = conversation.messages if family.system else fold_system(conversation.messages)
    prompt: list[Segment | Token] = []
    for message in messages:
        turn = _turn(family, message.role)
        prompt += [*_written(turn.before, eos), Segment(message.content, False), *_written(turn.after, eos)]
    if conversation.continue_last:
        del prompt[len(prompt) - len(_written(family.assistant.after, eos)) :]
    else:
        prompt += _written(family.assistant.before.rstrip(" "), eos)
    return tuple(prompt)


def _written(text: str, eos: int | None) -> list[Segment | Token]:
    """The parts of a format's own text, its EOS marks replaced by the token."""
    first, *rest = text.split(EOS)
    parts: list[Segment | Token] = [Segment(first, True)] if first else []
    for part in rest:
        parts += [Token(eos)] if eos is not None else []
        parts += [Segment(part, True)] if part else []
    return parts


def _turn(family: Family, role: Role) -> Turn:
    match role:
        case Role.USER:
            return family.user
        case Role.ASSISTANT:
            return family.assistant
        case Role.SYSTEM:
            return family.system or family.user


def fold_system(messages: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...]:
    """The same turns without system turns: their text stands before the user's next one."""
    folded: list[ChatMessage] = []
    waiting: list[str] = []
    for message in messages:
        match message.role:
            case Role.SYSTEM:
                waiting.append(message.content)
            case Role.USER:
                folded.append(ChatMessage(Role.USER, "\n\n".join((*waiting, message.content))))
                waiting.clear()
            case Role.ASSISTANT:
                folded.append(message)
    if waiting:
        folded.append(ChatMessage(Role.USER, "\n\n".join(waiting)))
    return tuple(folded)
