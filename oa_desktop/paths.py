"""Every folder the app writes to. `OA_DESKTOP_HOME` puts all of them under one (portable mode)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import platformdirs

from oa_desktop.errors import OaError

APP_NAME = "oa-desktop"
HOME_VARIABLE = "OA_DESKTOP_HOME"
FOLDER_MODE = 0o700
FILE_MODE = 0o600


@dataclass(frozen=True, slots=True)
class AppPaths:
    """Where things are. Nothing is created before `create`."""

    data: Path
    config: Path
    cache: Path
    logs: Path

    @property
    def store(self) -> Path:
        """The conversations."""
        return self.data / "store.sqlite3"

    @property
    def backups(self) -> Path:
        """Copies of the store."""
        return self.data / "backups"

    @property
    def models(self) -> Path:
        """Downloaded and copied model files, and the list of imported ones."""
        return self.data / "models"

    @property
    def engine_state(self) -> Path:
        """What the engine may write: KV states of recent branches."""
        return self.cache / "engine"

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.config / "settings.toml"

    @property
    def window(self) -> Path:
        """Where the window stood."""
        return self.data / "window.json"

    @property
    def folders(self) -> tuple[Path, ...]:
        """All folders, parents first."""
        return (self.data, self.config, self.cache, self.logs, self.backups, self.models, self.engine_state)

    def create(self) -> tuple[Path, ...]:
        """Make the folders, readable by their owner only. Returns those that cannot be made or written.

        A folder that is there keeps its mode. Raises OaError if even the data folder cannot be made: then
        there is no place to keep anything.
        """
        unwritable = tuple(folder for folder in self.folders if not _make_private(folder))
        if not self.data.is_dir():
            raise OaError(
                "no-data-folder",
                f"The folder for conversations cannot be made: {self.data}",
                hint=f"Set {HOME_VARIABLE} to a folder you can write to.",
            )
        return unwritable


def app_paths(environment: Mapping[str, str] | None = None) -> AppPaths:
    """The paths for this user. environment: the process environment unless a test gives another."""
    home = (os.environ if environment is None else environment).get(HOME_VARIABLE, "").strip()
    if home:
        root = Path(os.path.abspath(os.path.expanduser(home)))  # noqa: PTH100, PTH111 (no link is followed)
        return AppPaths(root / "data", root / "config", root / "cache", root / "logs")
    folders = platformdirs.PlatformDirs(APP_NAME, appauthor=False)
    return AppPaths(
        folders.user_data_path, folders.user_config_path, folders.user_cache_path, folders.user_log_path
    )


def resource_root() -> Path:
    """The resources that come with the app: in the package when installed, else in the checkout."""
    packaged = Path(str(resources.files("oa_desktop"))) / "resources"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[1] / "resources"


def tour_model() -> Path:
    """The small model that comes with the app."""
    return resource_root() / "tour" / "tour.gguf"


def is_writable(folder: Path) -> bool:
    """Whether a file can be made in `folder`: tried, because modes and read-only mounts do not tell."""
    probe = folder / f".oa-desktop-probe-{os.getpid()}"
    try:
        descriptor = os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE)
    except OSError:
        return False
    os.close(descriptor)
    probe.unlink(missing_ok=True)
    return True


def _make_private(folder: Path) -> bool:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not folder.is_dir():
            folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
            folder.chmod(FOLDER_MODE)
    except (OSError, ValueError):
        return False
    return is_writable(folder)
