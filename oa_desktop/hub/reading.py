"""Reads what the library made of the hub's JSON into our values. Trusts no type, number or name in it."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

from oa_desktop.hub.repo_files import FileRole, RemoteFile, is_gguf, role_of
from oa_desktop.hub.repo_names import LONGEST_PATH, is_repo_id
from oa_desktop.hub.repos import FoundRepo, RepoDetails

LARGEST_FILE_BYTES: Final = 1 << 44
_MOST_FILES: Final = 10_000
_MOST_COUNT: Final = 1 << 53
_COMMIT: Final = re.compile(r"[0-9a-f]{40}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]{2,4})?")
_CODES: Final = (
    "af am ar as az be bg bn bo br bs ca cs cy da de el en eo es et eu fa fi fr ga "
    "gl gu ha he hi hr ht hu hy id ig is it ja jv ka kk km kn ko ku ky la lb lo lt "
    "lv mg mi mk ml mn mr ms mt my ne nl no nn ny oc or pa pl ps pt ro ru rw sa sd "
    "si sk sl sm sn so sq sr st su sv sw ta te tg th ti tk tl tn tr tt ug uk ur uz "  # codespell:ignore te
    "vi wo xh yi yo zh zu"
)
"""Languages a bare tag of two letters is taken for; others of that length mean something else."""
_KNOWN: Final = frozenset(_CODES.split())


def commit(value: Any) -> str | None:
    """A whole commit, in small letters."""
    return value if isinstance(value, str) and _COMMIT.fullmatch(value) else None


def sha256(value: Any) -> str | None:
    """A SHA-256, in small letters."""
    return value if isinstance(value, str) and _SHA256.fullmatch(value) else None


def size(value: Any) -> int | None:
    """A believable size in bytes."""
    return value if type(value) is int and 0 <= value <= LARGEST_FILE_BYTES else None


def user_name(answer: Any) -> str:
    """Who a token belongs to. Raises TypeError, LookupError."""
    name = answer["name"]
    if not isinstance(name, str):
        raise TypeError("the name is no text")
    return name[:200]


def found_repo(info: Any) -> FoundRepo | None:
    """One line of a search; None for one that cannot be asked for."""
    if not is_repo_id(info.id):
        return None
    model = _mapping(info.gguf)
    names = (_text(sibling.rfilename, LONGEST_PATH) for sibling in _some(info.siblings, _MOST_FILES))
    return FoundRepo(
        info.id,
        downloads=_count(info.downloads) or 0,
        likes=_count(info.likes) or 0,
        updated=_when(info.last_modified),
        gated=bool(info.gated),
        licence=_licence(info),
        languages=_languages(info),
        parameters=_count(model.get("total")),
        architecture=_text(model.get("architecture"), 60),
        context_tokens=_count(model.get("context_length")),
        model_file_names=tuple(name for name in names if is_gguf(name) and role_of(name) is FileRole.MODEL),
    )


def repo_details(info: Any, repo_id: str, commit_hash: str, endpoint: str) -> RepoDetails:
    """A repository. repo_id: what was asked for, in case the answer has no usable name."""
    name = info.id if is_repo_id(info.id) else repo_id
    page = f"{endpoint}/{name}"
    model = _mapping(info.gguf)
    return RepoDetails(
        name,
        commit_hash,
        page,
        licence=_licence(info),
        licence_notice_url=_notice(info, page),
        gated=bool(info.gated),
        updated=_when(info.last_modified),
        downloads=_count(info.downloads) or 0,
        likes=_count(info.likes) or 0,
        languages=_languages(info),
        parameters=_count(model.get("total")),
        architecture=_text(model.get("architecture"), 60),
        context_tokens=_count(model.get("context_length")),
        files=tuple(_files(info.siblings)),
    )


def _files(siblings: Any) -> Iterator[RemoteFile]:
    seen: set[str] = set()
    for sibling in _some(siblings, _MOST_FILES):
        path = sibling.rfilename
        if not isinstance(path, str) or not 0 < len(path) <= LONGEST_PATH or path in seen:
            continue
        seen.add(path)
        large = sibling.lfs
        known = size(large.size if large else sibling.size)
        yield RemoteFile(path, known, sha256(large.sha256) if large else None)


def _licence(info: Any) -> str:
    card = info.card_data
    given = getattr(card, "license", None)
    name = _text(given[0] if isinstance(given, list) and given else given, 60)
    if name in ("", "other"):
        tagged = [tag.removeprefix("license:") for tag in _tags(info) if tag.startswith("license:")]
        name = _text(getattr(card, "license_name", None), 60) or name or next(iter(tagged), "")
    return name


def _notice(info: Any, page: str) -> str:
    """Where the licence can be read: its own address, a file of the repository, else the page."""
    link = _text(getattr(info.card_data, "license_link", None), 300)
    try:
        parts = urlsplit(link)
    except ValueError:
        return page
    if parts.scheme in ("http", "https") and parts.hostname and link.isprintable() and " " not in link:
        return link
    if link and not parts.scheme and not parts.netloc and ".." not in link.split("/"):
        return f"{page}/blob/main/{quote(link.lstrip('/'), errors='replace')}"
    return page


def _languages(info: Any) -> tuple[str, ...]:
    given = getattr(info.card_data, "language", None)
    listed = [given] if isinstance(given, str) else _some(given, 100)
    codes = [code for code in listed if isinstance(code, str) and _LANGUAGE.fullmatch(code)]
    return tuple(dict.fromkeys([*codes, *(tag for tag in _tags(info) if tag in _KNOWN)]))


def _tags(info: Any) -> list[str]:
    return [tag[:200] for tag in _some(info.tags, 300) if isinstance(tag, str)]


def _some(value: Any, most: int) -> Iterable[Any]:
    return value[:most] if isinstance(value, list) else ()


def _mapping(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any, longest: int) -> str:
    return value[:longest] if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= _MOST_COUNT else None


def _when(value: Any) -> datetime | None:
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else None
