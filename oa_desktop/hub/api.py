"""The hub's answers as values, through huggingface_hub. Blocks for up to about ten seconds a call."""

from collections.abc import Callable

from oa_desktop.hub.repo_files import RemoteFile
from oa_desktop.hub.repos import FileLocation, FoundRepo, RepoDetails

__all__ = ["FileLocation", "FoundRepo", "Hub", "RemoteFile", "RepoDetails"]


class Hub:
    """One hub. Every method raises only children of HubError."""

    def __init__(
        self,
        endpoint: str | None = None,
        token: Callable[[], str | None] = lambda: None,
        offline: Callable[[], bool] = lambda: False,
    ) -> None:
        raise NotImplementedError

    endpoint: str

    def search(
        self, text: str, *, sort: str = "downloads", limit: int = 20, largest_bytes: int | None = None
    ) -> tuple[FoundRepo, ...]:
        """Repositories with GGUF files, best first."""
        raise NotImplementedError

    def repo(self, repo_id: str, revision: str = "main") -> RepoDetails:
        """The repository with its files at `revision`."""
        raise NotImplementedError

    def locate(self, repo_id: str, path: str, revision: str = "main") -> FileLocation:
        """Where the bytes of a file are now."""
        raise NotImplementedError

    def download_headers(self, url: str) -> dict[str, str]:
        """For a GET of `url`: the token only when it is the hub's own origin."""
        raise NotImplementedError

    def whoami(self) -> str | None:
        """The name of the person the token belongs to, None without a token."""
        raise NotImplementedError
