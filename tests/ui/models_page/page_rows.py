"""What the tests of the models page read there, and the model that they get."""

from oa_desktop.services.fit.estimate import Machine

MACHINE = Machine(4_000_000_000, 1_700_000_000, (), 200_000_000_000)
"""So small that TinyLlama is what the app recommends."""
ENTRY = "tinyllama-chat-v0.3"
REPO, FILE = "TheBloke/TinyLlama-1.1B-Chat-v0.3-GGUF", "tinyllama-1.1b-chat-v0.3.Q4_K_M.gguf"


def hero(page):
    return page.catalogue.hero.rows[0]


def downloads(page):
    return page.downloads_view.rows.rows


def on_disk(page):
    """What is here beside the tour model."""
    return [row for row in page.on_disk.rows.rows if row.can_remove]


def add(page, wired):
    """The recommended model, downloaded."""
    page.catalogue.download(ENTRY)
    wired.until(lambda: bool(on_disk(page)))
    return on_disk(page)[0]
