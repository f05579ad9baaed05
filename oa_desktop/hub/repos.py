"""What the hub tells about repositories and files, as values. Every text in them is untrusted."""

from dataclasses import dataclass, field
from datetime import datetime

from oa_desktop.hub.repo_files import RemoteFile


@dataclass(frozen=True, slots=True)
class FoundRepo:
    """One line of a search. parameters: how many weights; None, and "" of a text: the hub does not say."""

    id: str
    downloads: int = 0
    likes: int = 0
    updated: datetime | None = None
    gated: bool = False
    licence: str = ""
    languages: tuple[str, ...] = ()
    parameters: int | None = None
    architecture: str = ""
    context_tokens: int | None = None
    model_file_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepoDetails:
    """A repository at one commit. page: where a person reads about it, and accepts its terms if gated."""

    id: str
    commit: str
    page: str
    licence: str = ""
    licence_notice_url: str = ""
    gated: bool = False
    updated: datetime | None = None
    downloads: int = 0
    likes: int = 0
    languages: tuple[str, ...] = ()
    parameters: int | None = None
    architecture: str = ""
    context_tokens: int | None = None
    files: tuple[RemoteFile, ...] = ()


@dataclass(frozen=True, slots=True)
class FileLocation:
    """Where the bytes of one file are now. url may be signed and expire: ask again for every resume.

    size_bytes, sha256: None when the hub does not say; resolved_at: monotonic seconds. url is not shown or
    logged, since a signature in it is a key to the file.
    """

    repo: str
    commit: str
    path: str
    url: str = field(repr=False)
    size_bytes: int | None
    sha256: str | None
    resolved_at: float
