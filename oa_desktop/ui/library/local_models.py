"""What this machine has: its models, its memory and devices, its disk. Read on the I/O thread, kept here."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from oa_desktop.errors import OaError
from oa_desktop.services.fit.estimate import Machine, look_at_machine
from oa_desktop.services.library.model_file import ModelFile, Origin
from oa_desktop.services.library.models import ModelLibrary
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.notices import Notices

Look = Callable[[Path], Machine]


@dataclass(frozen=True, slots=True)
class Listing:
    """One look at the models. disk_free: None when it cannot be told."""

    files: tuple[ModelFile, ...] = ()
    used_bytes: int = 0
    disk_free: int | None = None


class LocalModels(QObject):
    """`changed` follows a new listing, `machine_changed` a new look at memory and devices."""

    changed = Signal()
    machine_changed = Signal()

    def __init__(
        self,
        bridge: Bridge,
        library: ModelLibrary,
        folder: Path,
        notices: Notices,
        look: Look = look_at_machine,
        parent: QObject | None = None,
    ) -> None:
        """look: blocks, and is called on a thread that may."""
        super().__init__(parent)
        self._look = look
        self._bridge = bridge
        self._library = library
        self._folder = folder
        self._notices = notices
        self._looking = False
        self.listing = Listing()
        self.machine: Machine | None = None

    @property
    def files(self) -> tuple[ModelFile, ...]:
        """All known models, the tour model first."""
        return self.listing.files

    def refresh(self) -> None:
        """Look again which models are here."""
        self._bridge.run(self._listed(), self._take_listing, self._notices.show_error)

    def look(self) -> None:
        """Look at memory, devices and disk; asking the graphics driver takes a moment."""
        if not self._looking:
            self._looking = True
            self._bridge.run(self._seen(), self._take_machine, self._not_seen)

    async def _listed(self) -> Listing:
        return await asyncio.to_thread(self._read)

    async def _seen(self) -> Machine:
        return await asyncio.to_thread(self._look, self._folder)

    def _read(self) -> Listing:
        files = self._library.list_models()
        parts = {
            part: size for file in files if file.origin is not Origin.TOUR for part, size in _sizes(file)
        }
        try:
            free: int | None = shutil.disk_usage(self._folder).free
        except OSError:
            free = None
        return Listing(files, sum(parts.values()), free)

    def _take_listing(self, listing: Listing) -> None:
        self.listing = listing
        self.changed.emit()

    def _take_machine(self, machine: Machine) -> None:
        self._looking = False
        self.machine = machine
        self.machine_changed.emit()

    def _not_seen(self, error: OaError) -> None:
        self._looking = False
        self._notices.show_error(error)


def _sizes(file: ModelFile) -> list[tuple[Path, int]]:
    sizes = []
    for part in file.parts:
        try:
            sizes.append((part, part.stat().st_size))
        except (OSError, ValueError):
            continue
    return sizes
