"""Open the folder of saved states for a loaded model, or go without."""

import logging
from collections.abc import Iterable
from pathlib import Path

from oa_desktop.engine.resume.eviction import Limits
from oa_desktop.engine.resume.files import FOLDER_MODE
from oa_desktop.engine.resume.folder import StateFolder
from oa_desktop.engine.resume.identity import state_key

_log = logging.getLogger(__name__)


def prepare_root(root: Path | None) -> tuple[Path, ...]:
    """Make the folder while that is still allowed. What the engine may write from then on."""
    if root is None:
        return ()
    try:
        root.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        _log.warning("nothing will be saved: %s", error)
        return ()
    return (root,)


def open_states(
    root: Path | None, model_files: Iterable[Path], state_kind: str, size_bytes: int
) -> StateFolder | None:
    """None when there is none to be had; then nothing is saved."""
    if root is None:
        return None
    try:
        return StateFolder(root, state_key(model_files, state_kind), Limits(size_bytes))
    except OSError as error:
        _log.warning("nothing will be saved: %s", error)
        return None
