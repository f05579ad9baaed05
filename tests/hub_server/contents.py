"""The repositories of the hub server at every commit, and how the hub's interface describes them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LARGE_SUFFIXES = (".gguf", ".bin", ".safetensors")


@dataclass(frozen=True)
class StoredFile:
    """A file. Large ones (by name) lie in storage and are tagged by SHA-256, the others by their git blob."""

    content: bytes | Path
    size: int
    sha256: str
    blob: str
    large: bool

    @property
    def etag(self) -> str:
        """What the hub tags it with."""
        return self.sha256 if self.large else self.blob


def stored(name: str, content: bytes | Path) -> StoredFile:
    """Read and hash `content` once."""
    size = content.stat().st_size if isinstance(content, Path) else len(content)
    sha256, blob = hashlib.sha256(), hashlib.sha1(b"blob %d\0" % size)
    if isinstance(content, Path):
        with content.open("rb") as file:
            while block := file.read(1 << 20):
                sha256.update(block)
                blob.update(block)
    else:
        sha256.update(content)
        blob.update(content)
    large = name.lower().endswith(_LARGE_SUFFIXES)
    return StoredFile(content, size, sha256.hexdigest(), blob.hexdigest(), large)


@dataclass
class Repo:
    """One repository. commits: the files at each, the newest last; gated: False, "auto" or "manual"."""

    id: str
    facts: dict[str, Any]
    commits: dict[str, dict[str, StoredFile]]
    gated: bool | str = False
    private: bool = False
    disabled: bool = False

    @property
    def head(self) -> str:
        """The newest commit."""
        return next(reversed(self.commits))

    def commit(self, revision: str) -> str | None:
        """The commit a branch or a commit names."""
        if revision == "main":
            return self.head
        return next(
            (c for c in self.commits if c == revision or (len(revision) > 6 and c.startswith(revision))), None
        )


def make_repo(
    repo_id: str,
    files: Mapping[str, bytes | Path],
    *,
    earlier: Repo | None = None,
    gated: bool | str = False,
    private: bool = False,
    disabled: bool = False,
    licence: str = "apache-2.0",
    licence_name: str = "",
    licence_link: str = "",
    languages: Sequence[str] = ("en",),
    gguf: Mapping[str, Any] | None = None,
    downloads: int = 0,
    likes: int = 0,
    updated: str = "2026-01-02T03:04:05.000Z",
    tags: Sequence[str] = (),
) -> Repo:
    """A repository with one commit more than `earlier`."""
    kept = {name: stored(name, content) for name, content in files.items()}
    text = repr(sorted((name, file.sha256) for name, file in kept.items())) + repo_id
    commit = hashlib.sha1(text.encode("utf-8", "surrogatepass")).hexdigest()
    card = {"license": licence, "language": list(languages), "license_name": licence_name}
    card["license_link"] = licence_link
    facts: dict[str, Any] = {
        "author": repo_id.split("/")[0],
        "lastModified": updated,
        "createdAt": updated,
        "tags": ["gguf", f"license:{licence}", *languages, *tags],
        "downloads": downloads,
        "likes": likes,
        "library_name": "gguf",
        "pipeline_tag": "text-generation",
        "cardData": {name: value for name, value in card.items() if value},
    }
    if gguf is not None:
        facts["gguf"] = dict(gguf)
    commits = {**(earlier.commits if earlier else {})}
    commits.pop(commit, None)
    commits[commit] = kept
    return Repo(repo_id, facts, commits, "manual" if gated is True else gated, private, disabled)


def model_json(repo: Repo, commit: str, *, blobs: bool) -> dict[str, Any]:
    """As `GET /api/models/R` answers."""
    return {
        "_id": hashlib.sha1(repo.id.encode()).hexdigest()[:24],
        "id": repo.id,
        "modelId": repo.id,
        "sha": commit,
        "private": repo.private,
        "gated": repo.gated,
        "disabled": repo.disabled,
        **repo.facts,
        "siblings": [_sibling(name, file, blobs=blobs) for name, file in repo.commits[commit].items()],
    }


def listed_json(repo: Repo, expand: Sequence[str]) -> dict[str, Any]:
    """As one line of `GET /api/models` answers."""
    everything = model_json(repo, repo.head, blobs=False)
    if expand:
        return {name: everything[name] for name in ("_id", "id", *expand) if name in everything}
    dropped = ("cardData", "gguf", "siblings", "sha", "disabled")
    return {name: value for name, value in everything.items() if name not in dropped}


def tree_json(repo: Repo, commit: str, folder: str) -> list[dict[str, Any]]:
    """As `GET /api/models/R/tree/SHA?recursive=true` answers."""
    lines = []
    for name, file in repo.commits[commit].items():
        if folder and not name.startswith(folder.rstrip("/") + "/"):
            continue
        line: dict[str, Any] = {"type": "file", "oid": file.blob, "size": file.size, "path": name}
        if file.large:
            line["lfs"] = {"oid": file.sha256, "size": file.size, "pointerSize": 135}
        lines.append(line)
    return lines


def _sibling(name: str, file: StoredFile, *, blobs: bool) -> dict[str, Any]:
    line: dict[str, Any] = {"rfilename": name}
    if blobs:
        line |= {"size": file.size, "blobId": file.blob}
        if file.large:
            line["lfs"] = {"sha256": file.sha256, "size": file.size, "pointerSize": 135}
    return line
