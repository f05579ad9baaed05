"""Whether something lies at a path, as far as one may look: where the system refuses to say, nothing does.

`Path.is_file` and its kind raise what they are refused, so that one closed folder would end a whole list.
"""

from pathlib import Path


def is_file(path: Path) -> bool:
    """Whether a file is there that may be looked at."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Whether a folder is there that may be looked at."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_there(path: Path) -> bool:
    """Whether anything is there that may be looked at."""
    try:
        return path.exists()
    except OSError:
        return False
