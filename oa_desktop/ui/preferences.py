"""The settings of this session for the window; changes are written to disk by the I/O thread."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from oa_desktop.settings_file import Notice, SettingsFile
from oa_desktop.ui.bridge import Bridge

if TYPE_CHECKING:
    from oa_desktop.settings import Settings


class Preferences(QObject):
    """One copy of the settings in the GUI thread. A change shows at once and is saved behind."""

    changed = Signal(str)
    """The key of the setting that has another value."""
    not_saved = Signal(str, str)
    """A change holds for this session only: sentence and cause."""

    def __init__(self, bridge: Bridge, file: SettingsFile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._file = file
        self.settings: Settings = file.settings

    def set(self, key: str, value: object) -> None:
        """Change one setting. Raises UsageError for a value that is not allowed."""
        changed = self.settings.with_value(key, value)
        if changed == self.settings:
            return
        self.settings = changed
        self.changed.emit(key)

        async def save() -> Notice | None:
            return self._file.set(key, value)

        self._bridge.run(save(), self._saved, lambda error: self.not_saved.emit(error.title, error.hint))

    def _saved(self, notice: Notice | None) -> None:
        if notice is not None:
            self.not_saved.emit(notice.title, notice.hint)
