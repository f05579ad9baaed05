"""`oa-desktop chat`: one question with its replies, or a conversation in the terminal."""

import asyncio
from collections.abc import Mapping, Sequence

import click

from oa_desktop.cli.app import App
from oa_desktop.cli.engine_settings import engine_settings, prompt_format_option
from oa_desktop.cli.output import DONE, INTERRUPTED, json_option, print_json
from oa_desktop.cli.replies import ask, print_numbered
from oa_desktop.cli.terminal_chat import TerminalChat
from oa_desktop.conversation.message import Message
from oa_desktop.errors import UsageError
from oa_desktop.services.chat import ChatService, GenerationOptions
from oa_desktop.services.feedback import FeedbackService
from oa_desktop.services.presets import PRESETS, preset_of
from oa_desktop.setting_spec import SettingValue
from oa_desktop.settings import Settings


@click.command()
@click.argument("prompt", required=False)
@click.option("--model", "ref", metavar="REF", help="tour, an imported model, or the path of a .gguf file.")
@click.option("--replies", "n", type=int, metavar="N", help="How many replies, decoded together.")
@click.option("--preset", type=click.Choice(list(PRESETS)), help="How replies are sampled.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), metavar="S", help="Reply i samples with S + i.")
@click.option("--max-tokens", type=int, metavar="N", help="The longest reply.")
@click.option("--system", metavar="TEXT", help="What the assistant is told first.")
@prompt_format_option
@engine_settings
@json_option
def chat(
    prompt: str | None,
    ref: str | None,
    n: int | None,
    preset: str | None,
    seed: int | None,
    max_tokens: int | None,
    system: str | None,
    prompt_format: str | None,
    as_json: bool,
    changes: Mapping[str, SettingValue],
) -> int:
    """Ask PROMPT and print the replies; without PROMPT, chat line by line.

    Everything is kept in the store, as in the window. Ctrl+C stops a reply and keeps what there is of it.
    """
    app = App(changes, prompt_format)
    if prompt is None and as_json:
        raise UsageError("prompt-missing", "--json needs a PROMPT.")
    if prompt is not None and not prompt.strip():
        raise UsageError("empty-prompt", "The prompt is empty.", hint="Type a message first.")
    settings = app.settings_for(app.library.show(ref or app.settings.model))
    options = _options(settings, n, preset, seed, max_tokens, system)
    if prompt is None:
        asyncio.run(_conversation(app, ref, options))
        return DONE
    return asyncio.run(_one_question(app, ref, prompt, options, as_json))


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
        n=1 if n is None else n,
        max_tokens=settings.max_tokens if max_tokens is None else max_tokens,
        seed=seed,
        preset=chosen.name,
        sampling=chosen.sampling(settings.temperature if preset is None else None),
        system_prompt=settings.system_prompt if system is None else system,
        drop_oldest=settings.context_overflow == "drop-oldest",
    )
    options.check()
    return options


async def _one_question(
    app: App, ref: str | None, prompt: str, options: GenerationOptions, as_json: bool
) -> int:
    with app.store() as worker:
        async with app.engine(ref) as (_, engine):
            service = ChatService(worker)
            message = await service.start_conversation(prompt, lang=app.settings.language_hint or None)
            show = not as_json and options.n == 1
            answer = await ask(service, engine, message, options, show=show)
    if as_json:
        print_json(_document(message, engine.model_name, answer.replies))
    elif not show:
        print_numbered(answer.replies)
    return INTERRUPTED if answer.interrupted else DONE


async def _conversation(app: App, ref: str | None, options: GenerationOptions) -> None:
    with app.store() as worker:
        async with app.engine(ref) as (_, engine):
            lang = app.settings.language_hint or None
            await TerminalChat(ChatService(worker), FeedbackService(worker), engine, options, lang).run()


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
