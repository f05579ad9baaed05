"""Keep the settings in a TOML file that a person may edit: forgiving when read, careful when written."""

import stat
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from oa_desktop.atomic_file import write_atomically
from oa_desktop.errors import UsageError
from oa_desktop.setting_spec import SettingValue
from oa_desktop.settings import SETTINGS, Settings, spec_of

MAX_FILE_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about the settings that a person should know."""

    title: str
    hint: str = ""


class SettingsFile:
    """The settings of this session and the file they came from. For one thread.

    Never raises for a bad file: what is wrong is in `notices`, and the session goes on with defaults.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.settings = Settings()
        self.notices: list[Notice] = []
        self._may_write = True
        self._adopt(self._read())
        self._ensure_user_id()

    def set(self, key: str, value: object) -> Notice | None:
        """Change one setting now, and on disk. Returns a notice if it holds for this session only.

        Raises: UsageError for an unknown key or a value that is not allowed; then nothing changes.
        """
        self.settings = self.settings.with_value(key, value)
        return self._write({key: self.settings.value(key)})

    def _read(self) -> tomlkit.TOMLDocument:
        try:
            return _parse(self.path)
        except FileNotFoundError:
            return tomlkit.document()
        except (TOMLKitError, UnicodeDecodeError, ValueError, RecursionError) as exc:
            self._put_aside(exc)
        except OSError as exc:
            self._may_write = False
            self._note("The settings file cannot be read; defaults are used and nothing is saved.", str(exc))
        return tomlkit.document()

    def _put_aside(self, cause: Exception) -> None:
        kept = _free_name(self.path.parent / f"{self.path.stem}.broken-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        try:
            self.path.rename(kept)
        except OSError:
            self._may_write = False
            self._note("The settings file is damaged; defaults are used and nothing is saved.", str(cause))
        else:
            self._note("The settings file was damaged; defaults are used.", f"It is kept as {kept.name}.")

    def _adopt(self, document: tomlkit.TOMLDocument) -> None:
        for key, raw in document.unwrap().items():
            if key not in SETTINGS:
                continue
            try:
                self.settings = self.settings.with_value(key, raw)
            except UsageError as error:
                self._note(f"In the settings file, {error.title}", "The default is used.")

    def _ensure_user_id(self) -> None:
        if not self.settings.user_id:
            notice = self.set("user_id", str(uuid.uuid4()))
            if notice is not None and self._may_write:
                self.notices.append(notice)

    def _write(self, changes: dict[str, SettingValue]) -> Notice | None:
        """Put `changes` into what is on disk now: another window may have written, unknown keys stay."""
        try:
            if not self._may_write:
                raise PermissionError("the file could not be read")
            document = _parse(self.path) if self.path.exists() else tomlkit.document()
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(self.path, _edited(document, changes).encode("utf-8"))
        except (OSError, TOMLKitError, ValueError) as exc:
            why = f"{exc.strerror}: {self.path}" if isinstance(exc, OSError) and exc.strerror else str(exc)
            return Notice("The settings are not saved; they hold until the app is closed.", why)
        return None

    def _note(self, title: str, hint: str) -> None:
        self.notices.append(Notice(title, hint))


def _parse(path: Path) -> tomlkit.TOMLDocument:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(f"{path} is not a regular file")
    if status.st_size > MAX_FILE_BYTES:
        raise ValueError(f"{status.st_size} bytes are too many for settings")
    text = path.read_bytes().decode("utf-8-sig")
    if not text.strip():
        raise ValueError("the file is empty")
    return tomlkit.parse(text)


def _edited(document: tomlkit.TOMLDocument, changes: dict[str, SettingValue]) -> str:
    """The text with `changes` in it. New keys go on top: below a table they would become part of it."""
    added = ""
    for key, value in changes.items():
        if value is None:
            document.pop(key, None)
        elif key in document:
            document[key] = value
        else:
            added += f"# {spec_of(key).help}\n{key} = {tomlkit.item(value).as_string()}\n"
    return added + tomlkit.dumps(document)


def _free_name(path: Path) -> Path:
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.name}-{number}")
    return candidate
