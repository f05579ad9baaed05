"""`oa-desktop chat`: one question with its replies, or a conversation in the terminal."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace

import click

from oa_desktop.cli.app import App
from oa_desktop.cli.output import json_option, note, print_json
from oa_desktop.client.api import EngineClient
from oa_desktop.conversation.message import Message, MessageId, MessageState, TreeId
from oa_desktop.errors import UsageError
from oa_desktop.services.chat import ChatService, GenerationOptions
from oa_desktop.services.chat_events import GenerationEnded, ReplyDelta
from oa_desktop.services.feedback import FeedbackService
from oa_desktop.services.presets import PRESETS, preset_of
from oa_desktop.settings import Settings

HELP_IN_CHAT = "/new starts a conversation, /replies N asks for several, /quit ends."


@click.command()
@click.argument("prompt", required=False)
@click.option("--model", "ref", metavar="REF", help="tour, an imported model, or the path of a .gguf file.")
@click.option("--replies", "n", type=int, metavar="N", help="How many replies, decoded together.")
@click.option("--preset", type=click.Choice(list(PRESETS)), help="How replies are sampled.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), metavar="S", help="Reply i samples with S + i.")
@click.option("--max-tokens", type=int, metavar="N", help="The longest reply.")
@click.option("--system", metavar="TEXT", help="What the assistant is told first.")
@json_option
def chat(
    prompt: str | None,
    ref: str | None,
    n: int | None,
    preset: str | None,
    seed: int | None,
    max_tokens: int | None,
    system: str | None,
    as_json: bool,
) -> None:
    """Ask PROMPT and print the replies; without PROMPT, chat line by line.

    Everything is kept in the store, as in the window.
    """
    app = App()
    options = _options(app.settings, n, preset, seed, max_tokens, system)
    if prompt is None and as_json:
        raise UsageError("prompt-missing", "--json needs a PROMPT.")
    if prompt is not None and not prompt.strip():
        raise UsageError("empty-prompt", "The prompt is empty.", hint="Type a message first.")
    if prompt is None:
        asyncio.run(_conversation(app, ref, options if n else replace(options, n=1)))
    else:
        asyncio.run(_one_question(app, ref, prompt, options if n else replace(options, n=1), as_json))


def _options(
    settings: Settings,
    n: int | None,
    preset: str | None,
    seed: int | None,
    max_tokens: int | None,
    system: str | None,
) -> GenerationOptions:
    chosen = preset_of(preset or settings.preset)
    options = GenerationOptions(
        n=settings.replies if n is None else n,
        max_tokens=settings.max_tokens if max_tokens is None else max_tokens,
        seed=seed,
        preset=chosen.name,
        sampling=chosen.sampling(settings.temperature if preset is None else None),
        system_prompt=settings.system_prompt if system is None else system,
    )
    options.check()
    return options


async def _one_question(
    app: App, ref: str | None, prompt: str, options: GenerationOptions, as_json: bool
) -> None:
    with app.store() as worker:
        async with app.engine(ref) as (_, engine):
            chat_service = ChatService(worker)
            message = await chat_service.start_conversation(prompt, lang=app.settings.language_hint or None)
            show = not as_json and options.n == 1
            replies = await _replies(chat_service, engine, message, options, show=show)
    if as_json:
        print_json(_document(message, engine.model_name, replies))
    elif not show:
        for number, reply in enumerate(replies, start=1):
            click.echo(f"[{number}] {reply.text}\n")


async def _replies(
    service: ChatService, engine: EngineClient, prompt: Message, options: GenerationOptions, *, show: bool
) -> tuple[Message, ...]:
    """Generate. show: print the text of the one reply as it comes."""
    generation = await service.generate(engine, prompt, options)
    ended = GenerationEnded()
    async for event in service.events(generation):
        if isinstance(event, ReplyDelta) and show:
            click.echo(event.text, nl=False)
        elif isinstance(event, GenerationEnded):
            ended = event
    if show:
        click.echo()
    if ended.error is not None:
        raise ended.error
    return ended.replies


def _document(prompt: Message, model: str, replies: Sequence[Message]) -> dict[str, object]:
    return {
        "tree_id": prompt.tree_id,
        "prompt": prompt.text,
        "model": model,
        "replies": [
            {
                "message_id": reply.id,
                "text": reply.text,
                "state": reply.state,
                "finish_reason": reply.generation.finish_reason if reply.generation else None,
                "seed": reply.generation.seed if reply.generation else None,
                "completion_tokens": reply.generation.completion_tokens if reply.generation else 0,
            }
            for reply in replies
        ],
    }


async def _conversation(app: App, ref: str | None, options: GenerationOptions) -> None:
    with app.store() as worker:
        async with app.engine(ref) as (_, engine):
            session = _TerminalChat(ChatService(worker), FeedbackService(worker), engine, options)
            note(f"Chatting with {engine.model_name}. {HELP_IN_CHAT}")
            while (line := await asyncio.to_thread(_read_line, "> ")) is not None:
                if line.strip() == "/quit":
                    return
                if line.strip():
                    await session.take(line)


def _read_line(prompt: str) -> str | None:
    """One line of standard input; None at its end. The prompt is shown on a terminal only."""
    if sys.stdin.isatty():
        click.echo(prompt, nl=False, err=True)
    line = sys.stdin.readline()
    return line.rstrip("\r\n") if line else None


class _TerminalChat:
    """A conversation typed line by line. With several replies the person picks the one to continue from."""

    def __init__(
        self,
        service: ChatService,
        feedback: FeedbackService,
        engine: EngineClient,
        options: GenerationOptions,
    ) -> None:
        self._service = service
        self._feedback = feedback
        self._engine = engine
        self._options = options
        self._tree_id: TreeId | None = None
        self._leaf: MessageId | None = None

    async def take(self, line: str) -> None:
        """A command or a prompt."""
        command, _, argument = line.strip().partition(" ")
        if command == "/new":
            self._tree_id = self._leaf = None
        elif command == "/replies":
            self._set_replies(argument)
        elif command.startswith("/"):
            note(HELP_IN_CHAT)
        else:
            await self._ask(line)

    def _set_replies(self, argument: str) -> None:
        try:
            changed = replace(self._options, n=int(argument))
            changed.check()
        except ValueError:
            note("/replies takes a number, for example: /replies 4")
        except UsageError as error:
            note(error.sentence)
        else:
            self._options = changed

    async def _ask(self, text: str) -> None:
        if self._tree_id is None or self._leaf is None:
            prompt = await self._service.start_conversation(text)
        else:
            prompt = await self._service.add_prompt(self._tree_id, self._leaf, text)
        show = self._options.n == 1
        replies = await _replies(self._service, self._engine, prompt, self._options, show=show)
        self._tree_id = prompt.tree_id
        usable = [reply for reply in replies if reply.state is not MessageState.FAILED]
        if usable:
            self._leaf = (usable[0] if show else await self._best_of(prompt, usable)).id

    async def _best_of(self, prompt: Message, replies: list[Message]) -> Message:
        for number, reply in enumerate(replies, start=1):
            click.echo(f"[{number}] {reply.text}\n")
        note("Which is best? A number, or several from best to worst, e.g. 2 1 3; Enter takes the first.")
        answer = await asyncio.to_thread(_read_line, "best> ") or ""
        order = [int(word) - 1 for word in answer.replace(",", " ").split() if word.isdecimal()]
        order = [place for place in dict.fromkeys(order) if place in range(len(replies))]
        if len(order) > 1:
            ranked = [[replies[place].id] for place in order]
            await self._feedback.rank(prompt.tree_id, prompt.id, ranked)
        return replies[order[0] if order else 0]
