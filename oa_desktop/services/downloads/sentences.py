"""The sentences for downloads that cannot be begun, steered or removed on this machine."""

from collections.abc import Sequence
from pathlib import Path

from oa_desktop.errors import StorageError
from oa_desktop.hub.errors import DownloadStopped
from oa_desktop.services.downloads.job import NewerJob


def elsewhere() -> DownloadStopped:
    """A person wants to stop what this program does not do."""
    return DownloadStopped(
        "download-elsewhere",
        "Another program of this app is downloading this.",
        hint="Stop it there first.",
    )


def left_alone(key: str) -> StorageError:
    """A person wants what a newer version of the app began."""
    return StorageError(
        "download-newer",
        "A newer version of this app began to download this, and what came is left alone.",
        hint=f"Go on with that version, or give it up: oa-desktop models discard {key}",
    )


def begun_by_newer(jobs: Sequence[NewerJob]) -> StorageError:
    """Told once, at the start."""
    downloads = "A download" if len(jobs) == 1 else f"{len(jobs)} downloads"
    return StorageError(
        "download-newer",
        f"{downloads} that a newer version of this app began {'is' if len(jobs) == 1 else 'are'} left alone.",
        hint="Go on with that version, or see: oa-desktop models unfinished",
    )


def not_noted(exc: OSError) -> StorageError:
    """Without a note it would not outlive the app."""
    return StorageError(
        "download-not-noted",
        "The download cannot be noted down.",
        detail=str(exc),
        hint="Check the permissions of the folder for models and the space on its disk.",
    )


def not_removed(exc: OSError) -> StorageError:
    """A person gave it up, and something of it stays."""
    return StorageError(
        "download-not-removed",
        "What came of the download cannot be removed.",
        detail=str(exc),
        hint="Check the permissions of the folder for models.",
    )


def unusable_folder(folder: Path, why: str) -> DownloadStopped:
    """Models cannot be kept there."""
    return DownloadStopped(
        "models-folder",
        "The folder for models cannot be used.",
        detail=f"{folder}: {why}",
        hint="Make it a folder that can be written.",
    )
