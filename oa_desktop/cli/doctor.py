"""`oa-desktop doctor`: what works here, what does not, and what to do about it."""

from collections.abc import Iterable

import click

from oa_desktop.cli.app import App
from oa_desktop.cli.output import json_option, print_json, say
from oa_desktop.cli.recovering import hint_for, recover
from oa_desktop.errors import UsageError
from oa_desktop.services.doctor import report
from oa_desktop.services.findings import Finding, Level
from oa_desktop.services.recovery import WayKind, trouble
from oa_desktop.settings_file import SettingsFile

_SIGNS = {Level.OK: "ok  ", Level.NOTE: "note", Level.PROBLEM: "FAIL"}


@click.command()
@click.option("--restore", is_flag=True, help="Put the newest sound backup in the place of a damaged store.")
@click.option("--salvage", is_flag=True, help="Put what can be read of a damaged store in its place.")
@json_option
def doctor(restore: bool, salvage: bool, as_json: bool) -> int:
    """Look at versions, memory, devices, folders, the engine's walls, the model and the store.

    Ends with 1 when something keeps the app from working. Neither --restore nor --salvage deletes anything:
    the old file stays under another name.
    """
    if restore and salvage:
        raise UsageError("two-ways", "Choose one of --restore and --salvage.")
    app = App()
    if restore or salvage:
        return recover(WayKind.RESTORE if restore else WayKind.SALVAGE, app, as_json=as_json)
    settings = SettingsFile(app.paths.settings)
    found = report(
        app.paths,
        settings_notices=settings.notices,
        model_ref=settings.settings.model,
        library=app.library,
        database=lambda: _store_findings(app),
    )
    if as_json:
        print_json(found.as_json())
    else:
        for finding in found.findings:
            say(f"{_SIGNS[finding.level]}  {finding.topic}: {finding.sentence}")
            if finding.hint:
                say(f"      {finding.hint}")
        for name, version in found.versions.items():
            say(f"      {name} {version}")
    return 0 if found.healthy else 1


def _store_findings(app: App) -> Iterable[Finding]:
    if error := trouble(app.paths.store):
        return [Finding(Level.PROBLEM, "conversations", error.title, hint_for(error, app))]
    with app.store(read_only=True) as worker:
        count = worker.submit(lambda store: store.conversations.count()).result()
        notes = [Finding(Level.NOTE, "conversations", n.title, n.hint) for n in worker.notices]
    return [Finding(Level.OK, "conversations", f"The store opens; conversations: {count}."), *notes]
