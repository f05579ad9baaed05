"""What may name a repository on the hub, and a file in one. Pure."""

import re
from typing import Any, Final

LONGEST_PATH: Final = 1_000
_WORD: Final = r"[A-Za-z0-9_](?:[\w.-]{0,94}[A-Za-z0-9_])?"
_REPO: Final = re.compile(rf"{_WORD}(?:/{_WORD})?", re.ASCII)


def is_repo_id(value: Any) -> bool:
    """Whether it may name a repository: `owner/name`, or one word for the oldest ones."""
    if not isinstance(value, str) or not _REPO.fullmatch(value):
        return False
    return "--" not in value and ".." not in value and not value.endswith(".git")


def can_be_path(path: str) -> bool:
    """Whether a file of a repository may have this path; git allows none that leads out of it."""
    steps = path.split("/")
    if not 0 < len(path) <= LONGEST_PATH or any(step in ("", ".", "..") for step in steps):
        return False
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
