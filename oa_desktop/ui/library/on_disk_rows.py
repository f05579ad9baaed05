"""The lines of the models that are on this machine. Pure."""

from dataclasses import dataclass
from pathlib import Path

from oa_desktop.client.status import EngineStatus, Halted, NotAnswering, Running, Starting, Waiting
from oa_desktop.gguf.errors import printable
from oa_desktop.services.library.model_file import ModelFile, Origin
from oa_desktop.services.library.model_removal import Removal
from oa_desktop.ui.conversations.conversation_rows import one_line
from oa_desktop.ui.conversations.summaries import counted
from oa_desktop.ui.library.local_models import Listing
from oa_desktop.ui.library.words import context_text, joined, licence_text, size_text
from oa_desktop.ui.models.model_words import device_text
from oa_desktop.ui.numbers import number

_ORIGINS = {
    Origin.TOUR: "comes with the app",
    Origin.IMPORTED: "copied into the app's folder",
    Origin.FOLDER: "in the app's folder",
    Origin.DOWNLOADED: "downloaded",
}


@dataclass(frozen=True, slots=True)
class OnDiskRow:
    """One model. key: its reference. status: where it runs and what that takes. busy: what is done now.

    progress: of loading or of what is done, below 0 when nobody knows. note: a result, in a sentence.
    """

    key: str
    title: str
    facts: str
    place: str
    current: bool = False
    loading: bool = False
    loaded: bool = False
    status: str = ""
    progress: float = -1.0
    busy: str = ""
    problem: str = ""
    hint: str = ""
    note: str = ""
    note_ok: bool = True
    can_use: bool = True
    can_remove: bool = True
    can_verify: bool = True
    can_repair: bool = False
    can_configure: bool = True
    configured: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """What is being done with a model, or what came of it. busy: empty when it is done."""

    busy: str = ""
    progress: float = -1.0
    note: str = ""
    ok: bool = True


@dataclass(frozen=True, slots=True)
class RemovedRow:
    """A model that can still be put back. key: of its removal. takes_space: its files are kept until then."""

    key: str
    title: str
    text: str
    takes_space: bool


def removed_row(removal: Removal) -> RemovedRow:
    """The line of a removal."""
    size = size_text(removal.freed_bytes)
    text = (
        f"Removed; takes {size} until the app starts again" if size else "Removed; its file stays where it is"
    )
    return RemovedRow(removal.id, one_line(printable(removal.model.name, 200)), text, bool(size))


def on_disk_row(
    file: ModelFile, status: EngineStatus | None, memory_bytes: int = 0, work: Work | None = None
) -> OnDiskRow:
    """The line of a model. status: of the engine if it is meant to run this one, else None."""
    work = work or Work()
    loading = isinstance(status, Starting | Waiting)
    progress = work.progress
    if isinstance(status, Starting) and not work.busy:
        progress = status.fraction or -1.0
    problem, hint = _problem(file, status)
    usable = file.problem is None
    return OnDiskRow(
        key=file.ref,
        title=one_line(printable(file.name, 200)),
        facts=_facts(file),
        place=_place(file),
        current=status is not None,
        loading=loading,
        loaded=isinstance(status, Running | NotAnswering),
        status=_status(status, memory_bytes),
        progress=progress,
        busy=work.busy,
        problem=problem,
        hint=hint,
        note=work.note if usable or work.ok else "",
        note_ok=work.ok,
        can_use=usable,
        can_remove=file.origin is not Origin.TOUR,
        can_verify=usable and file.origin is not Origin.TOUR,
        can_repair=file.source is not None and (not usable or not work.ok),
        can_configure=usable and file.origin is not Origin.PATH,
        configured=bool(file.settings.values),
    )


def disk_text(listing: Listing) -> str:
    """`3 models take 12.4 GB · 210 GB free`."""
    count = sum(file.origin is not Origin.TOUR for file in listing.files)
    free = f"{size_text(listing.disk_free)} free" if listing.disk_free else ""
    if not count:
        return free
    verb = "takes" if count == 1 else "take"
    return joined(f"{counted(count, 'model')} {verb} {size_text(listing.used_bytes) or 'nothing'}", free)


def _facts(file: ModelFile) -> str:
    facts = file.facts
    if facts is None:
        return size_text(file.size_bytes)
    return joined(
        f"{facts.parameter_label} weights" if facts.parameter_count else "",
        joined(size_text(file.size_bytes), facts.quantisation),
        context_text(facts.context_tokens),
        licence_text(facts.licence),
    )


def _place(file: ModelFile) -> str:
    if file.origin in (Origin.LINKED, Origin.PATH):
        return f"stays in {printable(_short(file.path.parent), 90)}"
    if file.origin is Origin.DOWNLOADED and file.source is not None:
        return f"from {printable(file.source.repo, 90)}"
    return _ORIGINS.get(file.origin, "")


def _short(folder: Path) -> str:
    try:
        return f"~/{folder.relative_to(Path.home()).as_posix()}"
    except (ValueError, RuntimeError):
        return str(folder)


def _status(status: EngineStatus | None, memory_bytes: int) -> str:
    memory = f"{size_text(memory_bytes)} of memory in use" if memory_bytes else ""
    match status:
        case Starting(fraction=fraction):
            return f"Loading {number(100 * fraction)} %" if fraction else "Loading"
        case Waiting():
            return "Starting again"
        case Running(handle=handle) | NotAnswering(handle=handle):
            model = handle.model
            return joined("Loaded", device_text(model.device) if model else "", memory)
    return ""


def _problem(file: ModelFile, status: EngineStatus | None) -> tuple[str, str]:
    if file.problem is not None:
        return file.problem.title, file.problem.hint
    if isinstance(status, Halted | Waiting):
        return status.cause.title, status.cause.hint
    if file.crashed:
        return "It took the engine down when it was loaded last.", "It is loaded again only when you ask."
    return "", ""
