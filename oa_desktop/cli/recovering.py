"""`oa-desktop doctor --restore` and `--salvage`: put a sound store in the place of one that does not open."""

from dataclasses import asdict

from oa_desktop.cli.app import App
from oa_desktop.cli.output import DONE, note, print_json, say
from oa_desktop.errors import StorageError
from oa_desktop.services.recovery import Way, WayKind, find_ways, take, trouble

_OFFERED = (WayKind.RESTORE, WayKind.SALVAGE)
_NOTHING_LEFT = "There is no backup and nothing can be read; the window offers to start with an empty store."


def hint_for(problem: StorageError, app: App) -> str:
    """The commands that lead out of it; the error's own hint when none does."""
    ways = find_ways(problem, app.paths.store)
    if not ways:
        return problem.hint
    return " ".join(_command(way) for way in ways if way.kind in _OFFERED) or _NOTHING_LEFT


def recover(kind: WayKind, app: App, *, as_json: bool) -> int:
    """Take one way. Raises: StorageError when there is nothing to do or it cannot be done."""
    problem = trouble(app.paths.store)
    if problem is None:
        raise StorageError(
            "store-opens", "The conversations file is in order, so nothing was done.", hint="Open the app."
        )
    note(problem.title)
    ways = find_ways(problem, app.paths.store)
    way = next((way for way in ways if way.kind is kind), None)
    if way is None:
        raise StorageError("no-such-way", _refusal(kind, ways), hint=hint_for(problem, app))
    done = take(way, app.paths.store)
    if as_json:
        print_json(asdict(done))
    else:
        for sentence in done.sentences:
            say(sentence)
    return DONE


def _command(way: Way) -> str:
    return f"{way.title}: oa-desktop doctor --{way.kind}. {way.sentence}"


def _refusal(kind: WayKind, ways: tuple[Way, ...]) -> str:
    if not ways:
        return "Nothing of that can be done about it."
    return "There is no sound backup." if kind is WayKind.RESTORE else "Nothing of the file can be read."
