"""Read what a person pastes as the name of a model on the hub: a name, a page, a file. Pure."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from oa_desktop.hub.repo_files import is_gguf
from oa_desktop.hub.repo_names import can_be_path, is_repo_id

_LONGEST: Final = 2_000
_HOSTS: Final = ("huggingface.co", "www.huggingface.co", "hf.co")
_FILE_VIEWS: Final = ("blob", "resolve", "raw")
_NOT_MODELS: Final = (
    *(
        "api",
        "blog",
        "buckets",
        "chat",
        "collections",
        "datasets",
        "docs",
        "join",
        "kernels",
        "learn",
        "login",
    ),
    *("new", "organizations", "papers", "posts", "pricing", "search", "settings", "spaces", "tasks"),
)
_TAG: Final = re.compile(r"[\w.-]{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reference:
    """A place on the hub. revision: branch, tag or commit; path: a file; quantisation: of `repo:Q4_K_M`."""

    repo: str
    revision: str | None = None
    path: str | None = None
    quantisation: str | None = None


def parse_reference(text: str, endpoint: str) -> Reference | None:
    """The place that `text` names, or None when it is words to search for.

    endpoint: the hub that is asked; its own addresses are understood beside those of huggingface.co.
    """
    text = text.strip().strip("<>\"'")
    if not text or len(text) > _LONGEST or not text.isprintable():
        return None
    if text.lower().startswith("hf://"):
        return _of_uri(text[len("hf://") :])
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        own = urlsplit(endpoint)
        is_hub = _is_hub(parts, own)
    except ValueError:
        return None
    if is_hub:
        base = own.path.strip("/") if parts.netloc.lower() == own.netloc.lower() else ""
        return _of_page(parts.path.strip("/").removeprefix(base).strip("/"), parse_qs(parts.query))
    return None if "://" in text or " " in text else _of_name(text)


def _is_hub(parts: SplitResult, own: SplitResult) -> bool:
    if parts.scheme.lower() not in ("http", "https"):
        return False
    return parts.netloc.lower() in (*_HOSTS, own.netloc.lower())


def _of_name(text: str) -> Reference | None:
    """`owner/name`, `owner/name:Q4_K_M` or `owner/name/folder/file.gguf`."""
    name, colon, tag = text.partition(":")
    steps = name.split("/")
    if len(steps) < 2:
        return None
    path = "/".join(steps[2:])
    if path and not is_gguf(path):
        return None
    return _checked("/".join(steps[:2]), None, path or None, tag if colon else None)


def _of_page(path: str, query: dict[str, list[str]]) -> Reference | None:
    """A page of the hub: of a repository, of one of its folders or of a file."""
    path, colon, tag = path.partition(":")
    steps = [unquote(step) for step in path.split("/")]
    if len(steps) < 2 or steps[0].lower() in _NOT_MODELS:
        return None
    repo = "/".join(steps[:2]).removesuffix(".git")
    view, revision, rest = (*steps[2:4], "", "")[0], (*steps[3:4], "")[0], "/".join(steps[4:])
    if view in _FILE_VIEWS and revision and rest:
        return _checked(repo, revision, rest)
    shown = query.get("show_file_info", [""])[0]
    named = revision if view in ("tree", "commit") and revision else None
    return _checked(repo, named, shown or None, tag if colon else None)


def _of_uri(text: str) -> Reference | None:
    """`hf://owner/name@revision/path`, as programs write it."""
    steps = text.removeprefix("models/").split("/")
    if len(steps) < 2 or steps[0] in _NOT_MODELS:
        return None
    name, at, revision = steps[1].partition("@")
    return _checked(f"{steps[0]}/{name}", unquote(revision) if at else None, "/".join(steps[2:]) or None)


def _checked(
    repo: str, revision: str | None, path: str | None = None, tag: str | None = None
) -> Reference | None:
    if not is_repo_id(repo) or (path is not None and not can_be_path(path)):
        return None
    if tag is None:
        return Reference(repo, revision, path)
    if is_gguf(tag) and can_be_path(tag):
        return Reference(repo, revision, tag)
    return Reference(repo, revision, path, tag.upper()) if _TAG.fullmatch(tag) else None
