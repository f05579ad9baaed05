"""Where the window stood when it was closed, so that it opens there again."""

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QGuiApplication, QWindow

from oa_desktop.atomic_file import write_atomically

log = logging.getLogger(__name__)

_MOST = 100_000
"""Beyond any screen; more is not believed."""
_GRIP = 80
"""So much of the window's top must be on a screen that a person can take hold of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A window's geometry while it is not maximized, and whether it is."""

    x: int
    y: int
    width: int
    height: int
    maximized: bool = False

    @property
    def rect(self) -> QRect:
        """The geometry as Qt has it."""
        return QRect(self.x, self.y, self.width, self.height)


def read_place(file: Path) -> Place | None:
    """The place that was kept; None when there is none, or it makes no sense."""
    try:
        found = json.loads(file.read_bytes())
        place = Place(**found)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    numbers = (place.x, place.y, place.width, place.height)
    believable = all(type(number) is int and abs(number) <= _MOST for number in numbers)
    if not believable or place.width < 1 or place.height < 1 or type(place.maximized) is not bool:
        return None
    return place


def shown_in(place: Place, screens: list[QRect]) -> QRect | None:
    """The place on the screens of now: None when its top is on none of them; never larger than its screen."""
    top = QRect(place.x, place.y, place.width, min(place.height, _GRIP))
    for screen in screens:
        seen = screen.intersected(top)
        if seen.width() >= min(_GRIP, place.width) and seen.height() >= top.height() // 2:
            return place.rect if screen.contains(place.rect) else place.rect.intersected(screen)
    return None


class WindowPlace(QObject):
    """Puts a window where it was, and keeps where it is when asked to."""

    def __init__(self, window: QWindow, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._file = file
        self._restore(read_place(file))
        self._normal = window.geometry()
        for changed in (window.xChanged, window.yChanged, window.widthChanged, window.heightChanged):
            changed.connect(self._moved)

    def keep(self) -> None:
        """Write it down; a disk that refuses does not matter here."""
        maximized = self._window.visibility() is QWindow.Visibility.Maximized
        normal = self._normal
        place = Place(normal.x(), normal.y(), normal.width(), normal.height(), maximized)
        try:
            write_atomically(self._file, json.dumps(asdict(place)).encode())
        except OSError as error:
            log.info("where the window is was not kept: %s", error)

    def _restore(self, place: Place | None) -> None:
        if place is None:
            return
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        rect = shown_in(place, screens)
        if rect is not None:
            self._window.setGeometry(rect)
        if place.maximized:
            self._window.showMaximized()

    def _moved(self, *_: object) -> None:
        if self._window.visibility() is QWindow.Visibility.Windowed:
            self._normal = self._window.geometry()
