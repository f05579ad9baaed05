"""Write the prompt of a conversation in one of the formats of `families`."""

from oa_desktop.engine.prompts.families import EOS, Family, Turn
from oa_desktop.engine.prompts.messages import ChatMessage, Conversation, Role
from oa_desktop.engine.prompts.segments import Prompt, Segment, Token


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
