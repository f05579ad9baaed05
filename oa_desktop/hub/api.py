"""The hub's answers as values, through huggingface_hub. Blocks for some seconds; needs no Qt, no loop.

The library and its HTTP client are imported when the hub is first asked: they cost a quarter of a second.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from oa_desktop import __version__
from oa_desktop.hub import reading, sentences
from oa_desktop.hub.addresses import check_target, is_same_origin
from oa_desktop.hub.endpoint import checked_endpoint, endpoint_of, may_carry_token, offline_variable
from oa_desktop.hub.errors import HubError
from oa_desktop.hub.quantisations import expected_bytes, quantisation_of
from oa_desktop.hub.repo_files import RemoteFile
from oa_desktop.hub.repo_names import can_be_path
from oa_desktop.hub.repos import FileLocation, FoundRepo, RepoDetails
from oa_desktop.hub.sentences import Asked

if TYPE_CHECKING:
    from oa_desktop.hub.questions import Questions

__all__ = ["SORTS", "FileLocation", "FoundRepo", "Hub", "RemoteFile", "RepoDetails"]

SORTS: Final = {
    "downloads": "downloads",
    "likes": "likes",
    "updated": "last_modified",
    "created": "created_at",
    "trending": "trending_score",
}
"""How a search may be ordered, and what the hub calls it."""

_MOST_FOUND: Final = 100
_LONGEST_TEXT: Final = 200
_TOKEN: Final = re.compile(r"[!-~]{1,1000}")
_COARSEST: Final = "Q2_K"


class Hub:
    """One hub. Every method raises only children of HubError, and may be called from any thread."""

    def __init__(
        self,
        endpoint: str | None = None,
        token: Callable[[], str | None] = lambda: None,
        offline: Callable[[], bool] = lambda: False,
        *,
        silence_s: float = 8.0,
        whole_s: float = 20.0,
    ) -> None:
        """endpoint: None for that of the environment. token, offline: asked anew before every request.

        silence_s: how long to wait for the next byte; whole_s: how long an answer may take altogether.
        """
        self.endpoint = endpoint_of() if endpoint is None else checked_endpoint(endpoint)
        self._read_token = token
        self._offline = offline
        self._silence_s, self._whole_s = silence_s, whole_s

    def __repr__(self) -> str:
        return f"Hub({self.endpoint!r})"

    def search(
        self, text: str, *, sort: str = "downloads", limit: int = 20, largest_bytes: int | None = None
    ) -> tuple[FoundRepo, ...]:
        """Repositories with GGUF files, those with the most of `sort` (a key of SORTS) first.

        largest_bytes: leave out those whose smallest model is larger, as far as the hub tells.
        """
        limit = max(1, min(limit, _MOST_FOUND))
        wanted = limit if largest_bytes is None else min(3 * limit, _MOST_FOUND)
        words = text.encode("utf-8", "replace").decode().strip()[:_LONGEST_TEXT]
        infos = self._questions().search(words, SORTS[sort], wanted)
        with self._reading():
            found = [repo for info in infos if (repo := reading.found_repo(info)) is not None]
        return tuple(repo for repo in found if _may_fit(repo, largest_bytes))[:limit]

    def repo(self, repo_id: str, revision: str = "main") -> RepoDetails:
        """The repository with its files at `revision`."""
        info = self._questions().model_info(repo_id, revision or "main")
        with self._reading():
            commit = reading.commit(info.sha)
            if commit is None:
                raise ValueError("the answer names no commit")
            return reading.repo_details(info, repo_id, commit, self.endpoint)

    def locate(self, repo_id: str, path: str, revision: str = "main") -> FileLocation:
        """Where the bytes of a file are now. The address may be signed and expire."""
        if not can_be_path(path):
            raise sentences.file_not_found(Asked(self.endpoint, path, repo_id), "no path of a file")
        found = self._questions().file_metadata(repo_id, path, revision or "main")
        with self._reading():
            commit, location = reading.commit(found.commit_hash), found.location
            if commit is None:
                raise ValueError("the answer names no commit")
        check_target(self.endpoint, location)
        size, sha256 = reading.size(found.size), reading.sha256(found.etag)
        return FileLocation(repo_id, commit, path, location, size, sha256, time.monotonic())

    def require_online(self) -> None:
        """Raises HubOffline when the app is told to stay off the network; it may be told so at any time."""
        variable = offline_variable()
        if variable or self._offline():
            raise sentences.offline(Asked(self.endpoint), variable)

    def download_headers(self, url: str) -> dict[str, str]:
        """For a GET of `url`: who asks, and the token only when that is the hub's own origin."""
        self.require_online()
        headers = {"User-Agent": f"oa_desktop/{__version__}"}
        if is_same_origin(self.endpoint, url) and (token := self._token()):
            headers["Authorization"] = f"Bearer {token}"
        return headers

    def whoami(self, token: str | None = None) -> str | None:
        """Whose the token is; None when there is none. token: another than the one kept, to try it."""
        token = self._checked(token) if token else self._token()
        if not token:
            return None
        answer = self._questions(token).whoami()
        with self._reading():
            return reading.user_name(answer)

    def _questions(self, token: str | None = None) -> "Questions":
        self.require_online()
        try:
            import huggingface_hub.constants  # noqa: F401 (reads the variables; its package would print the error)

            from oa_desktop.hub.questions import Questions
            from oa_desktop.hub.session import Patience
        except ValueError as exc:
            raise HubError(
                "hub-environment",
                "A variable of the environment that begins with HF_ has a value that cannot be used.",
                detail=sentences.shown(str(exc)),
                hint="Correct it or remove it.",
            ) from exc
        return Questions(self.endpoint, token or self._token(), Patience(self._silence_s, self._whole_s))

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Whatever the answer has in the place of what was expected, it is one sentence."""
        try:
            yield
        except (TypeError, ValueError, LookupError, AttributeError) as exc:
            raise sentences.unreadable(Asked(self.endpoint), f"{type(exc).__name__}: {exc}") from exc

    def _token(self) -> str | None:
        token = self._read_token() if may_carry_token(self.endpoint) else None
        return self._checked(token) if token else None

    def _checked(self, token: str) -> str:
        if not _TOKEN.fullmatch(token):
            raise sentences.token_invalid(Asked(self.endpoint))
        return token


def _may_fit(repo: FoundRepo, largest_bytes: int | None) -> bool:
    """Whether its smallest model may be as small as that; true when nobody knows."""
    if largest_bytes is None or not repo.parameters:
        return True
    billions = repo.parameters / 1e9
    sizes = [expected_bytes(billions, quantisation_of(name)) for name in repo.model_file_names]
    known = [size for size in sizes if size is not None]
    smallest = min(known) if known else expected_bytes(billions, _COARSEST)
    return smallest is None or smallest <= largest_bytes
