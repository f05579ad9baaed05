"""The states of the models page for `shots.py`, with the models and downloads of `sample_models.py`."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from sample_models import (
    COMING,
    FILE,
    LONG,
    OTHERS,
    REPO,
    TITLE,
    SampleLibrary,
    downloaded,
    model,
    preview,
)
from shot_library import click, has_models, page, recommended_is_coming, scroll
from shot_studio import SMALL_MACHINE, Studio

from oa_desktop.gguf.errors import ModelDamaged
from oa_desktop.services.downloads.row import State
from oa_desktop.services.library.model_file import Origin
from oa_desktop.services.library.model_removal import Removal
from oa_desktop.services.library.model_settings import ModelSettings
from oa_desktop.services.library.model_source import HubSource
from oa_desktop.ui.library import on_disk_view_model, prompt_preview_view_model
from oa_desktop.ui.library.on_disk_rows import Work


def models(studio: Studio) -> None:
    page(studio)


def models_further(studio: Studio) -> None:
    page(studio)
    click(studio, "moreButton", "catalogue0")
    studio.settle()
    scroll(studio, 640)


def models_downloading(studio: Studio) -> None:
    page(studio)
    studio.wiring.library_page.downloads.take((recommended_is_coming(studio),))


def models_queue(studio: Studio) -> None:
    page(studio)
    studio.wiring.library_page.downloads.take((COMING, *OTHERS))


def models_ready(studio: Studio) -> None:
    page(studio)
    coming = recommended_is_coming(studio)
    source = HubSource(coming.job.repo, "0" * 40, coming.job.paths, ("0" * 64,), coming.job.title)
    has_models(studio, model("new", coming.job.title, Origin.DOWNLOADED, 7.87, source=source))


def models_on_disk(studio: Studio) -> None:
    on_disk_view_model.process_bytes = lambda _: 8_610_000_000
    page(studio)
    studio.model_runs()
    studio.wiring.engine.ref, studio.wiring.engine.pid = "orca", 1
    studio.wiring.engine.changed.emit()
    settings = ModelSettings(context_tokens=4096)
    has_models(
        studio,
        model("orca", TITLE, Origin.DOWNLOADED, 7.87, source=downloaded(TITLE), settings=settings),
        model("long", LONG.replace("-", " "), Origin.LINKED, 4.4),
        model("zh", "关于春天的诗", Origin.IMPORTED, 1.2),
        model("ar", "نموذج القهوة", Origin.LINKED, 2.1, crashed=True),
        dataclasses.replace(
            model("bad", "half.gguf", Origin.DOWNLOADED, 1.9, source=downloaded("half")),
            facts=None,
            problem=HALF,
        ),
    )


class _Half(Exception):
    code, title = "model-incomplete", "The model file half.gguf is incomplete: 1.9 of 4.1 GB."
    hint = "Finish the download, or download it again."


HALF = _Half()


def models_removed(studio: Studio) -> None:
    models_on_disk(studio)
    library = studio.wiring.library_page
    removed, shown = model("zh", "关于春天的诗", Origin.IMPORTED, 1.2), library.local.listing
    library.removed.take(Removal("1", removed, removed.size_bytes))
    studio.until(lambda: library.local.listing is not shown)
    has_models(studio, *(file for file in shown.files[1:] if file.ref != removed.ref))


def models_filter(studio: Studio) -> None:
    page(studio)
    studio.dialog("modelSearch").setProperty("text", "falcon")
    studio.wiring.library_page.catalogue.setQuery("falcon")


def models_import(studio: Studio) -> None:
    page(studio)
    importing = studio.wiring.library_page.importing
    importing._library = SampleLibrary()
    importing.ask(str(Path.home() / "Downloads" / FILE))
    studio.until(lambda: importing.canImport)


def models_import_bad(studio: Studio) -> None:
    page(studio)
    file = studio.downloads() / "oasst-sft-4-pythia-12b.Q4_K_M.gguf"
    file.write_bytes(b"PK\x03\x04 not a model")
    studio.wiring.library_page.importing.ask(str(file))
    studio.until(lambda: bool(studio.wiring.library_page.importing.problem))


def models_settings(studio: Studio) -> None:
    shown, prompt_preview_view_model.render_preview = prompt_preview_view_model.render_preview, preview
    try:
        models_on_disk(studio)
        settings = studio.wiring.library_page.settings
        settings.ask("orca")
        studio.until(lambda: bool(studio.wiring.library_page.preview.pieces.rows))
    finally:
        prompt_preview_view_model.render_preview = shown


def models_format(studio: Studio) -> None:
    """Another prompt format than the recognised one is tried; its marks are no tokens of this model."""
    models_settings(studio)
    shown, prompt_preview_view_model.render_preview = prompt_preview_view_model.render_preview, preview
    library = studio.wiring.library_page
    try:
        library.settings.setPromptFormat(library.settings.formats.index("chatml") + 1)
        studio.until(lambda: "replies may suffer" in library.preview.warning)
    finally:
        prompt_preview_view_model.render_preview = shown


def models_settings_small(studio: Studio) -> None:
    studio.window.resize(720, 480)
    models_settings(studio)


def models_small_machine(studio: Studio) -> None:
    """On a machine where not everything fits."""
    studio.wiring.library_page.local._look = lambda _: SMALL_MACHINE
    page(studio)
    studio.dialog("modelSearch").setProperty("text", "OpenAssistant")
    studio.wiring.library_page.catalogue.setQuery("OpenAssistant")
    studio.settle()
    for place in (1, 2):
        click(studio, "moreButton", f"catalogue{place}")
    studio.settle()


def models_nothing_fits(studio: Studio) -> None:
    tiny = dataclasses.replace(SMALL_MACHINE, memory_free=150_000_000)
    studio.wiring.library_page.local._look = lambda _: tiny
    page(studio)


def models_copy(studio: Studio) -> None:
    """Another program has the file already."""
    page(studio)
    getting = studio.wiring.library_page.getting
    getting.copyFound.emit("LM Studio", str(Path.home() / ".lmstudio" / "models" / REPO), "7.9 GB")


def models_checked(studio: Studio) -> None:
    """One model is being checked, one turned out damaged, one could not be loaded."""
    page(studio)
    mistral = model("mistral", "Mistral 7B v0.3", Origin.DOWNLOADED, 4.37, source=downloaded("Mistral"))
    has_models(
        studio,
        model("orca", TITLE, Origin.DOWNLOADED, 7.87, source=downloaded(TITLE)),
        dataclasses.replace(
            mistral, problem=ModelDamaged(mistral.path, "its content", "is not what was published")
        ),
        model("zh", "关于春天的诗", Origin.IMPORTED, 1.2),
    )
    on_disk = studio.wiring.library_page.on_disk
    on_disk._work = {
        "orca": Work("Checking every byte", 0.37),
        "zh": Work(note="Nothing has changed since its checksum was noted here."),
    }
    on_disk._show()


def models_focus(studio: Studio) -> None:
    """As it is walked with the keyboard."""
    page(studio)
    for _ in range(4):
        studio.press(Qt.Key.Key_Tab)


def models_narrow(studio: Studio) -> None:
    studio.window.resize(720, 700)
    page(studio)


def models_narrow_rows(studio: Studio) -> None:
    studio.window.resize(720, 700)
    models_on_disk(studio)
    studio.settle()
    scroll(studio, 560)


def models_large_text(studio: Studio) -> None:
    """In a small window, with what a loaded model says at its longest."""
    studio.window.resize(720, 480)
    studio.wiring.app.setTextScale(2.0)
    models_on_disk(studio)
    studio.settle()
    scroll(studio, 250)


def models_menu(studio: Studio) -> None:
    models_on_disk(studio)
    studio.settle()
    click(studio, "onDiskMore", "onDisk1")


def download_done(studio: Studio) -> None:
    """Elsewhere in the app, a finished download is offered."""
    studio.fill()
    studio.open("barn")
    downloads = studio.wiring.library_page.downloads
    downloads.take((COMING,))
    downloads.take((dataclasses.replace(COMING, state=State.DONE, model_ref="new"), OTHERS[1]))


MODEL_STATES: tuple[Callable[[Studio], None], ...] = (
    models,
    models_further,
    models_downloading,
    models_queue,
    models_ready,
    models_on_disk,
    models_menu,
    models_removed,
    models_filter,
    models_import,
    models_import_bad,
    models_copy,
    models_checked,
    models_small_machine,
    models_nothing_fits,
    models_focus,
    models_settings,
    models_format,
    models_settings_small,
    models_narrow,
    models_narrow_rows,
    models_large_text,
    download_done,
)
