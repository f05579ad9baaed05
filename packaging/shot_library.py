"""The models page, brought into the states that `shot_models.py` and `shot_hub_search.py` show."""

from PySide6.QtQuick import QQuickItem
from sample_models import download
from shot_studio import Studio

from oa_desktop.services.downloads.row import Download, State
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.ui.library.local_models import Listing


def page(studio: Studio, at: float = 0.0) -> None:
    """The page, with the catalogue read; at: how far down, in pixels."""
    library = studio.wiring.library_page
    studio.tour_runs()
    library.pages.show("models")
    studio.until(lambda: bool(library.catalogue.rows.rows) and bool(library.on_disk.rows.rows))
    studio.settle()
    has_models(studio)
    scroll(studio, at)


def scroll(studio: Studio, at: float) -> None:
    flick = studio.window.findChild(QQuickItem, "modelsFlick")
    most = flick.property("contentHeight") - flick.property("height")
    flick.setProperty("contentY", min(at, max(0.0, most)))


def click(studio: Studio, name: str, inside: str = "") -> None:
    """Press a button of the page by its name."""
    start = _named(studio.window.contentItem(), inside) if inside else studio.window.contentItem()
    _named(start, name).clicked.emit()


def _named(start: QQuickItem, name: str) -> QQuickItem:
    return next(item for item in _items(start) if item.objectName() == name and item.isVisible())


def _items(item: QQuickItem) -> list[QQuickItem]:
    return [item] + [deep for child in item.childItems() for deep in _items(child)]


def has_models(studio: Studio, *files: ModelFile) -> None:
    library = studio.wiring.library_page
    tour = studio.wiring.library.show("tour")
    own = sum(file.size_bytes for file in files)
    machine = library.local.machine
    library.local.listing = Listing((tour, *files), own, machine.disk_free if machine else None)
    library.local.changed.emit()


def recommended_is_coming(studio: Studio) -> Download:
    """The recommended model, on its way."""
    library = studio.wiring.library_page
    key = library.catalogue.hero.rows[0].key
    entry = library.catalogue._entry(key)
    choice = library.catalogue._choices[key][library.catalogue._chosen[key]]
    return download(
        State.RUNNING,
        0.43,
        entry.title,
        repo=entry.repo,
        path=choice.key,
        bytes_per_second=23_400_000.0,
        seconds_left=192.0,
    )
