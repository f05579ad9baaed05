"""A file of this machine is looked into before it is added, and where it then lies."""

from dataclasses import replace

import pytest

from oa_desktop.paths import tour_model
from tests.ui.models_page.page_rows import MACHINE, on_disk


def test_a_file_that_is_too_big_for_this_machine_says_so_before_it_is_added(page, wired):
    page.local.machine = replace(MACHINE, memory_total=90_000_000, memory_free=60_000_000)
    page.importing.ask(str(tour_model()))
    wired.until(lambda: page.importing.canImport)
    assert page.importing.fit == "too-big"
    page.local.machine = MACHINE
    page.local.machine_changed.emit()
    assert page.importing.fit == "fits"


def test_a_file_is_looked_into_before_it_is_added_where_it_lies_or_copied(page, wired, tmp_path, paths):
    file = tmp_path / "mine.gguf"
    file.write_bytes(tour_model().read_bytes())
    asked = []
    page.importing.asked.connect(lambda: asked.append(True))
    page.importing.ask(file.as_uri())
    wired.until(lambda: page.importing.canImport)
    assert asked
    assert page.importing.formatText == "oasst"
    assert (page.importing.fit, page.importing.fitText) == ("fits", "Fits")
    assert "memory" in page.importing.fitReason
    assert on_disk(page) == []
    page.importing.accept(False, False)
    wired.until(lambda: len(on_disk(page)) == 1)
    assert on_disk(page)[0].place.startswith("stays in ")
    page.importing.ask(str(file))
    wired.until(lambda: page.importing.canImport)
    page.importing.accept(True, True)
    wired.until(lambda: len(on_disk(page)) == 2)
    wired.until(lambda: page.pages.shown == "chat")
    assert wired.wiring.library.show(wired.wiring.engine.ref).path.is_relative_to(paths.models)


def test_a_file_that_is_no_model_is_named_for_what_it_is_and_not_added(page, wired, tmp_path):
    (tmp_path / "page.gguf").write_bytes(b"<!DOCTYPE html><html>sign in</html>")
    page.importing.ask(str(tmp_path / "page.gguf"))
    wired.until(lambda: bool(page.importing.problem))
    assert not page.importing.canImport
    page.importing.accept(False, True)
    page.importing.giveUp()
    assert page.importing.problem == ""
    assert on_disk(page) == []


@pytest.mark.parametrize(("url", "count"), [("file:///a.gguf", 2), ("https://example.org/a.gguf", 1)])
def test_only_one_file_of_this_machine_can_be_dropped(page, url, count):
    assert not page.importing.askDropped(url, count)
