"""Ask for the replies to one prompt, and show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from oa_desktop.cli.output import note, say
from oa_desktop.cli.terminal import Interruptible
from oa_desktop.client.api import EngineClient
from oa_desktop.conversation.message import Message
from oa_desktop.services.chat import ChatService, GenerationOptions
from oa_desktop.services.chat_events import GenerationEnded, ReplyDelta


@dataclass(frozen=True, slots=True)
class Answer:
    """The replies, in their order. interrupted: Ctrl+C ended them; they keep what they had."""

    replies: tuple[Message, ...]
    interrupted: bool


async def ask(
    service: ChatService, engine: EngineClient, prompt: Message, options: GenerationOptions, *, show: bool
) -> Answer:
    """Generate. show: print the text of the one reply as it comes.

    Raises: OaError when the engine or the store fails; what there is of the replies is kept.
    """
    generation = await service.generate(engine, prompt, options)
    ended, shown = GenerationEnded(), ""
    with Interruptible(generation.stop) as interruptible:
        async for event in service.events(generation):
            if isinstance(event, ReplyDelta) and show:
                say(event.text, end="")
                shown += event.text
            elif isinstance(event, GenerationEnded):
                ended = event
    if shown or (show and ended.error is None):
        say("")
    if ended.error is not None:
        raise ended.error
    note_left_out(ended.replies)
    return Answer(ended.replies, interruptible.interrupted)


def note_left_out(replies: Sequence[Message]) -> None:
    """Say what the model did not read because it no longer fits."""
    made = next((reply.generation for reply in replies if reply.generation), None)
    if made and made.dropped_messages == 1:
        note("The oldest message no longer fits and was left out.")
    elif made and made.dropped_messages:
        note(f"The {made.dropped_messages:,} oldest messages no longer fit and were left out.")


def print_numbered(replies: Sequence[Message]) -> None:
    """Several replies, below each other."""
    for number, reply in enumerate(replies, start=1):
        say(f"[{number}] {reply.text}\n")
