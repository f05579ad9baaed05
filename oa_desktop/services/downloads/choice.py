"""From what a person typed or pasted to the files of one model on the hub, and what is known of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oa_desktop.errors import UsageError
from oa_desktop.gguf.errors import decimal_size, printable
from oa_desktop.hub.catalogue import Catalogue, CatalogueEntry, CatalogueFile
from oa_desktop.hub.errors import HubError, NotFoundOnHub
from oa_desktop.hub.references import parse_reference
from oa_desktop.hub.repo_files import FileRole, RemoteFile, RepoModel, group_files
from oa_desktop.hub.repos import RepoDetails
from oa_desktop.services.downloads.job import DownloadJob

if TYPE_CHECKING:
    from oa_desktop.hub.api import Hub

_MOST_LISTED = 30
_ROUNDED_WITHIN = 0.01


@dataclass(frozen=True, slots=True)
class ChosenDownload:
    """A model to download. entry: when the catalogue knows it. notes: sentences to say before it begins."""

    job: DownloadJob
    model: RepoModel
    details: RepoDetails
    entry: CatalogueEntry | None = None
    notes: tuple[str, ...] = ()


def choose(
    hub: "Hub", catalogue: Catalogue | None, text: str, file: str = "", revision: str = ""
) -> ChosenDownload:
    """Ask the hub for the model that `text` and `file` name. Blocks for up to ten seconds.

    text: an entry of the catalogue or `owner/name`, either with `:Q4_K_M` behind, or an address of the hub.
    file: its name or its quantisation; needed where the repository has several and `text` names none.
    Raises: UsageError when it is not clear which is meant; HubError.
    """
    name, _, quantisation = text.partition(":")
    known = catalogue.find(name) if catalogue else None
    if known is not None:
        return _of_entry(hub, *known, file or quantisation.strip(), revision)
    reference = parse_reference(text, hub.endpoint)
    if reference is None:
        raise UsageError(
            "repo-unknown",
            f"{printable(text)} is neither a known model nor a repository of the hub.",
            hint="Search for it, or give a repository as OWNER/NAME.",
        )
    details = hub.repo(reference.repo, revision or reference.revision or "main")
    model = _pick(details, file or reference.path or reference.quantisation or "")
    return ChosenDownload(_job(reference.repo, details, model), model, details)


def _of_entry(
    hub: "Hub", entry: CatalogueEntry, noted: CatalogueFile, file: str, revision: str
) -> ChosenDownload:
    if file:
        named = (
            item for item in entry.files if file.lower() in (item.quantisation.lower(), item.path.lower())
        )
        noted = next(named, CatalogueFile(file, ""))
    details, notes = _at_its_commit(hub, entry, revision)
    model = _pick(details, noted.path)
    pinned = noted.pinned_sha256(details.commit)
    job = _job(entry.repo, details, model, entry.title, (pinned,) if pinned else ())
    notes += () if pinned else _differences(noted, model.parts[0])
    return ChosenDownload(job, model, details, entry, notes)


def _at_its_commit(hub: "Hub", entry: CatalogueEntry, revision: str) -> tuple[RepoDetails, tuple[str, ...]]:
    """What is asked for, else the commit the catalogue names, else the newest; and what to say of it."""
    try:
        return hub.repo(entry.repo, revision or entry.revision), ()
    except NotFoundOnHub as error:
        if revision or entry.commit is None or error.code != "revision-not-found":
            raise
    newest = hub.repo(entry.repo)
    return newest, (
        "The version that the list of known models names is gone from the hub; this is the newest.",
    )


def _job(
    repo: str, details: RepoDetails, model: RepoModel, title: str = "", pinned: tuple[str, ...] = ()
) -> DownloadJob:
    return DownloadJob(
        repo=repo,
        paths=tuple(part.path for part in model.parts),
        revision=details.commit,
        title=title,
        size_bytes=model.size_bytes or 0,
        pinned_sha256=pinned,
    )


def _pick(details: RepoDetails, wanted: str) -> RepoModel:
    """Raises: UsageError, NotFoundOnHub, HubError for a model that is not whole."""
    models = group_files(details.files)
    for fits in (_has_path, _has_name, _has_quantisation):
        found = [model for model in models if wanted and fits(model, wanted)]
        if found:
            break
    else:
        found = [model for model in models if not wanted and model.kind is FileRole.MODEL]
    chat = [model for model in found if model.kind is FileRole.MODEL]
    if len(chat) > 1:
        raise UsageError(
            "file-unclear",
            f"{printable(details.id)} has {len(chat)} models{' of that name' if wanted else ''}.",
            detail=_listed(chat),
            hint="Name the file to download.",
        )
    if not chat:
        raise _nothing(details, wanted, found)
    if not chat[0].complete:
        have, all_parts = len(chat[0].parts), chat[0].parts_announced
        raise HubError(
            "model-parts", f"Of {printable(chat[0].name)} only {have} of {all_parts} parts are on the hub."
        )
    return chat[0]


def _has_path(model: RepoModel, wanted: str) -> bool:
    return any(part.path == wanted for part in model.parts)


def _has_name(model: RepoModel, wanted: str) -> bool:
    return any(part.path.rpartition("/")[2].lower() == wanted.lower() for part in model.parts)


def _has_quantisation(model: RepoModel, wanted: str) -> bool:
    return model.kind is FileRole.MODEL and model.quantisation.lower() == wanted.lower()


def _nothing(details: RepoDetails, wanted: str, found: list[RepoModel]) -> Exception:
    repo = printable(details.id)
    if found:
        return UsageError(
            "file-not-chat", f"{printable(wanted)} is a file beside models, not one to chat with."
        )
    if not wanted:
        return NotFoundOnHub("file-not-found", f"{repo} has no .gguf file to chat with.")
    chat = [model for model in group_files(details.files) if model.kind is FileRole.MODEL]
    return NotFoundOnHub(
        "file-not-found",
        f"{repo} has no model {printable(wanted)}.",
        detail=_listed(chat),
        hint="Choose one of those it has." if chat else "",
    )


def _listed(models: list[RepoModel]) -> str:
    """The names, and beside each how large it is."""
    shown = [(printable(model.name), model.size_bytes) for model in models[:_MOST_LISTED]]
    width = max((len(name) for name, _ in shown), default=0)
    return "\n".join(f"{name:{width}}  {decimal_size(size) if size else ''}".rstrip() for name, size in shown)


def _differences(noted: CatalogueFile, remote: RemoteFile) -> tuple[str, ...]:
    """What differs from the catalogue, which may be older than the file."""
    if noted.sha256 and remote.sha256 and noted.sha256 != remote.sha256:
        what = "The hub has another file by this name than when the list of known models was made"
    elif noted.size_bytes and remote.size_bytes and not _is_same_size(noted, remote.size_bytes):
        what = (
            f"The file on the hub has {decimal_size(remote.size_bytes)}, "
            f"and {decimal_size(noted.size_bytes)} when the list of known models was made"
        )
    else:
        return ()
    return (f"{what}; what the hub says now counts.",)


def _is_same_size(noted: CatalogueFile, size_bytes: int) -> bool:
    assert noted.size_bytes is not None
    allowed = 0 if noted.size_is_exact else _ROUNDED_WITHIN * noted.size_bytes
    return abs(noted.size_bytes - size_bytes) <= allowed
