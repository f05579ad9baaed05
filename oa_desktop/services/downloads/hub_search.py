"""Search the hub, look into one repository, and keep the person's token: what a window or a command asks for.

Every function asks the network and blocks for up to about ten seconds: call them through `asyncio.to_thread`.
"""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oa_desktop.gguf.errors import printable
from oa_desktop.hub.errors import DownloadCancelled
from oa_desktop.hub.references import Reference, parse_reference
from oa_desktop.hub.repo_files import FileRole, RepoModel, group_files
from oa_desktop.hub.repos import FoundRepo, RepoDetails
from oa_desktop.services.fit.report import FitReport, Machine, unknown
from oa_desktop.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from oa_desktop.hub.api import Hub
    from oa_desktop.hub.tokens import TokenStore

LIMIT = 30
SORTS = ("downloads", "likes", "updated")
_MOST_BROKEN = 3
_SET_ASIDE = {
    FileRole.PROJECTOR: "an image projector",
    FileRole.ADAPTER: "an adapter",
    FileRole.IMATRIX: "an importance matrix",
    FileRole.DRAFT: "a draft model",
    FileRole.VOCABULARY: "a vocabulary",
}


@dataclass(frozen=True, slots=True)
class RepoContent:
    """What a repository offers. models: whole chat models. note: what else is in it, as a sentence."""

    details: RepoDetails
    models: tuple[RepoModel, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought. reference, opened: when the text named one repository."""

    repos: tuple[FoundRepo, ...]
    reference: Reference | None = None
    opened: RepoContent | None = None


class HubSearch:
    """The hub as a person looks for models in it."""

    def __init__(self, hub: "Callable[[], Hub]", tokens: "Callable[[], TokenStore]") -> None:
        """hub, tokens: make them when they are first needed, not before."""
        self._hub = hub
        self._tokens = tokens
        self._stop = threading.Event()

    def find(self, text: str, *, sort: str = SORTS[0], largest_bytes: int | None = None) -> Found:
        """Repositories for some words, or the one whose name or address this is. Raises HubError."""
        hub = self._hub()
        reference = parse_reference(text, hub.endpoint)
        if reference is None:
            return Found(hub.search(text, sort=sort, limit=LIMIT, largest_bytes=largest_bytes))
        opened = self.look_into(reference.repo, reference.revision or "main")
        return Found((_as_found(opened.details),), reference, opened)

    def look_into(self, repo: str, revision: str = "main") -> RepoContent:
        """The models of one repository. Raises HubError."""
        details = self._hub().repo(repo, revision)
        groups = group_files(details.files)
        models = tuple(group for group in groups if group.kind is FileRole.MODEL and group.complete)
        return RepoContent(details, models, _note(groups))

    def judge(
        self, content: RepoContent, path: str, size_bytes: int | None, machine: Machine, settings: Settings
    ) -> FitReport:
        """Whether a model of it fits, by the header of its first part, of which little is fetched.

        size_bytes: of all parts. Raises: HubError, and ModelError when it is no model for this engine.
        """
        from oa_desktop.services.fit.on_hub import fit_on_hub

        hub, details = self._hub(), content.details
        location = hub.locate(details.id, path, details.commit)
        try:
            return fit_on_hub(hub, location, machine, settings, size_bytes=size_bytes, stop=self._stop)
        except DownloadCancelled:
            return unknown()

    def close(self) -> None:
        """Give up reading headers."""
        self._stop.set()

    def keep_token(self, token: str) -> str:
        """Keep the token in the system's keyring once the hub has said whose it is. Raises HubError."""
        token = token.strip()
        name = self._hub().whoami(token)
        self._tokens().set(token)
        return printable(name or "", 60)

    def forget_token(self) -> None:
        """Remove it from the keyring. Raises HubError."""
        self._tokens().delete()

    def token_place(self) -> str:
        """Where the token is: `environment`, `keyring`, or empty when there is none."""
        return self._tokens().where()


def _as_found(details: RepoDetails) -> FoundRepo:
    return FoundRepo(
        details.id,
        downloads=details.downloads,
        likes=details.likes,
        updated=details.updated,
        gated=details.gated,
        licence=details.licence,
        languages=details.languages,
        parameters=details.parameters,
        architecture=details.architecture,
        context_tokens=details.context_tokens,
        model_file_names=tuple(file.path for file in details.files),
    )


def _note(groups: tuple[RepoModel, ...]) -> str:
    """Which files were left out, and why."""
    kinds = dict.fromkeys(_SET_ASIDE[group.kind] for group in groups if group.kind in _SET_ASIDE)
    broken = [group for group in groups if group.kind is FileRole.MODEL and not group.complete]
    sentences = []
    if kinds:
        sentences.append(f"Also in it, and no chat model: {', '.join(kinds)}.")
    for group in broken[:_MOST_BROKEN]:
        have = f"{len(group.parts)} of {group.parts_announced} parts"
        sentences.append(f"{printable(group.name)} is left out: only {have} are there.")
    return " ".join(sentences)
