"""Searching the hub on the models page, with the hub of `sample_models.py`, for `shots.py`."""

from collections.abc import Callable

from sample_models import REPOS, SampleHub
from shot_library import click, page
from shot_studio import Studio

from oa_desktop.hub.errors import HubUnreachable
from oa_desktop.hub.sentences import Asked, offline


def searches(studio: Studio, hub: SampleHub, text: str = "oasst", state: str = "results") -> None:
    page(studio)
    library = studio.wiring.library_page
    library.search._search = library.search._opened._search = hub
    field = studio.dialog("modelSearch")
    field.setProperty("text", text)
    library.search.ask(text)
    studio.until(lambda: library.search.state == state)
    studio.settle()


def models_search(studio: Studio) -> None:
    searches(studio, SampleHub())
    library = studio.wiring.library_page
    library.search.toggle(REPOS[0].id)
    studio.until(lambda: bool(library.search.rows.rows[0].choices))


def models_gated(studio: Studio) -> None:
    searches(studio, SampleHub())
    library = studio.wiring.library_page
    library.search.toggle(REPOS[2].id)
    studio.until(lambda: bool(library.search.rows.rows[2].choices))


def models_search_loading(studio: Studio) -> None:
    searches(studio, SampleHub(waits=True), state="loading")


def models_search_nothing(studio: Studio) -> None:
    searches(studio, SampleHub(found=False), "a model that nobody made", "nothing")


def models_search_failed(studio: Studio) -> None:
    trouble = HubUnreachable(
        "hub-unreachable", "huggingface.co cannot be reached.", hint="Check the network, then try again."
    )
    searches(studio, SampleHub(trouble), state="failed")


def models_offline(studio: Studio) -> None:
    studio.wiring.library_page.search.setStayOffline(True)
    searches(studio, SampleHub(offline(Asked("https://huggingface.co"))), state="failed")


def models_token(studio: Studio) -> None:
    models_gated(studio)
    click(studio, "gatedToken")
    studio.settle()


SEARCH_STATES: tuple[Callable[[Studio], None], ...] = (
    models_search,
    models_gated,
    models_search_loading,
    models_search_nothing,
    models_search_failed,
    models_offline,
    models_token,
)
