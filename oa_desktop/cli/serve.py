"""`oa-desktop serve`: the local API for other programs."""

import asyncio
from collections.abc import Mapping

import click

from oa_desktop.cli.app import App
from oa_desktop.cli.engine_settings import engine_settings, prompt_format_option
from oa_desktop.cli.output import note, say
from oa_desktop.client.launch import EngineProcess
from oa_desktop.services.fit.check import require_fit
from oa_desktop.services.loading import clear_unwanted, engine_options
from oa_desktop.setting_spec import SettingValue


@click.command()
@click.option("--model", "ref", metavar="REF", help="tour, an imported model, or the path of a .gguf file.")
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@click.option("--token", help="The key clients must send; a fresh random one by default.")
@prompt_format_option
@engine_settings
def serve(
    ref: str | None,
    host: str,
    port: int,
    token: str | None,
    prompt_format: str | None,
    changes: Mapping[str, SettingValue],
) -> None:
    """Serve a model over the OpenAI protocol until Ctrl+C.

    Prints the address and the key. Only this computer can reach it.
    """
    asyncio.run(_serve(App(changes, prompt_format), ref, host, port, token))


async def _serve(app: App, ref: str | None, host: str, port: int, token: str | None) -> None:
    model = await asyncio.to_thread(app.library.resolve, ref or app.settings.model)
    settings = app.settings_for(model)
    await asyncio.to_thread(require_fit, app.library, model, settings)
    log, states = app.paths.logs / "engine.log", app.paths.engine_state
    await clear_unwanted(states, settings)
    options = engine_options(
        model, settings, log, prompt_format=app.prompt_format, host=host, port=port, states=states
    )
    process = await EngineProcess.start(options, token=token)
    try:
        say(f"base_url  {process.handle.base_url}")
        say(f"api_key   {process.handle.token}")
        for notice in process.handle.model.notices if process.handle.model else ():
            note(notice)
        note(f"Serving {model.name}. Ctrl+C ends it.")
        error = await process.wait()
    finally:
        await process.stop()
    if error is not None:
        raise error
