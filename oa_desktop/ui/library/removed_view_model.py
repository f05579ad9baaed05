"""The models that were removed since the window opened: put back, or deleted for good."""

import asyncio
from collections.abc import Callable

from PySide6.QtCore import Property, QObject, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.errors import OaError
from oa_desktop.services.library.model_removal import Removal
from oa_desktop.services.library.models import ModelLibrary
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.conversations.conversation_rows import one_line
from oa_desktop.ui.library.local_models import LocalModels
from oa_desktop.ui.library.on_disk_rows import RemovedRow, removed_row
from oa_desktop.ui.models.model_view_model import ModelViewModel
from oa_desktop.ui.notices import Notices
from oa_desktop.ui.provided import provided
from oa_desktop.ui.rows_model import RowsModel

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlSingleton
class RemovedViewModel(QObject):
    """One row a removal, the newest first."""

    def __init__(
        self,
        bridge: Bridge,
        library: ModelLibrary,
        local: LocalModels,
        models: ModelViewModel,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._library = library
        self._local = local
        self._models = models
        self._notices = notices
        self._removals: dict[str, Removal] = {}
        self._rows = RowsModel(RemovedRow, self)

    @staticmethod
    def create(_engine: QQmlEngine) -> "RemovedViewModel":
        """The instance wiring made."""
        return provided(RemovedViewModel)

    @Property(QObject, constant=True)
    def rows(self) -> QObject:
        return self._rows

    def take(self, removal: Removal) -> None:
        """A model was removed; the toast brings it back, and so does its row."""
        self._removals[removal.id] = removal
        self._again()
        name = one_line(removal.model.name)
        self._notices.toast(f"{name} was removed.", "Undo", lambda: self.putBack(removal.id))

    @Slot(str)
    def putBack(self, key: str) -> None:
        """Undo a removal: the file, the entry, its settings."""
        self._end(key, self._library.undo_remove)

    @Slot(str)
    def deleteForGood(self, key: str) -> None:
        """Give the space back now; this cannot be undone."""
        self._end(key, self._library.purge)

    def _end(self, key: str, work: Callable[[Removal], object]) -> None:
        removal = self._removals.pop(key, None)
        if removal is None:
            return
        self._show()

        async def end() -> object:
            return await asyncio.to_thread(work, removal)

        self._bridge.run(end(), lambda _: self._again(), lambda error: self._failed(removal, error))

    def _failed(self, removal: Removal, error: OaError) -> None:
        if error.code != "model-purged":
            self._removals[removal.id] = removal
        self._again()
        self._notices.show_error(error)

    def _again(self) -> None:
        self._show()
        self._local.refresh()
        self._models.refresh()

    def _show(self) -> None:
        self._rows.set_rows([removed_row(removal) for removal in reversed(self._removals.values())])
