"""Models on this machine are removed, put back, deleted for good, checked and repaired."""

import os

from oa_desktop.paths import tour_model
from tests.made_gguf import made_model
from tests.ui.models_page.page_rows import FILE, REPO, add, on_disk


def test_a_removed_model_comes_back_with_undo(page, wired, hub_server, qtbot):
    hub_server.add_repo(REPO, {FILE: made_model(9_000)})
    ref = add(page, wired).key
    toasts = []
    wired.wiring.notices.toastShown.connect(lambda text, action: toasts.append((text, action)))
    page.on_disk.remove(ref)
    wired.until(lambda: not on_disk(page))
    wired.until(lambda: bool(toasts))
    assert toasts[0][1] == "Undo"
    wired.wiring.notices.actOnToast()
    wired.until(lambda: bool(on_disk(page)))
    assert on_disk(page)[0].key == ref
    assert page.removed.rows.rows == []


def removed(page, wired, ref):
    """The row of a model after it was removed."""
    page.on_disk.remove(ref)
    wired.until(lambda: bool(page.removed.rows.rows) and not on_disk(page))
    return page.removed.rows.rows[0]


def test_a_removed_model_can_be_put_back_long_after_its_toast_is_gone(page, wired, hub_server):
    hub_server.add_repo(REPO, {FILE: made_model(9_000)})
    ref = add(page, wired).key
    row = removed(page, wired, ref)
    assert row.takes_space
    assert row.text == "Removed; takes 11.5 kB until the app starts again"
    wired.wiring.notices.toast("Something else.")
    page.removed.putBack(row.key)
    wired.until(lambda: bool(on_disk(page)))
    assert on_disk(page)[0].key == ref
    assert page.removed.rows.rows == []


def files_below(folder):
    """The files in a folder from which another thread may be taking folders away."""
    return [name for _, _, names in os.walk(folder) for name in names]


def test_the_space_of_a_removed_model_can_be_had_at_once(page, wired, hub_server, paths):
    hub_server.add_repo(REPO, {FILE: made_model(9_000)})
    row = removed(page, wired, add(page, wired).key)
    waiting = paths.models / ".removed"
    assert files_below(waiting)
    page.removed.deleteForGood(row.key)
    wired.until(lambda: not files_below(waiting))
    wired.wiring.notices.actOnToast()
    page.removed.putBack(row.key)
    assert page.removed.rows.rows == []
    assert on_disk(page) == []


def test_a_linked_model_that_was_removed_takes_no_space_and_keeps_its_file(page, wired, tmp_path):
    file = tmp_path / "mine.gguf"
    file.write_bytes(tour_model().read_bytes())
    ref = wired.wiring.library.import_model(file).ref
    page.local.refresh()
    wired.until(lambda: bool(on_disk(page)))
    row = removed(page, wired, ref)
    assert not row.takes_space
    assert "stays" in row.text
    assert file.exists()


def test_what_another_program_deleted_meanwhile_is_said_and_no_longer_offered(page, wired, hub_server):
    hub_server.add_repo(REPO, {FILE: made_model(9_000)})
    row = removed(page, wired, add(page, wired).key)
    wired.wiring.library.purge_removed()
    page.removed.putBack(row.key)
    wired.until(lambda: bool(wired.wiring.notices.banners.rows))
    assert wired.wiring.notices.banners.rows[0].key == "model-purged"
    assert page.removed.rows.rows == []


def test_a_model_that_runs_is_ended_before_it_is_removed(page, wired, hub_server):
    hub_server.add_repo(REPO, {FILE: made_model(9_000)})
    ref = add(page, wired).key
    page.on_disk.use(ref)
    page.on_disk.remove(ref)
    wired.until(lambda: not on_disk(page))
    assert wired.wiring.engine.ref == ""


def test_a_damaged_model_is_found_and_downloaded_again(page, wired, hub_server):
    hub_server.add_repo(REPO, {FILE: made_model(90_000)})
    ref = add(page, wired).key
    page.on_disk.verify(ref)
    wired.until(lambda: bool(on_disk(page)[0].note))
    assert on_disk(page)[0].note_ok
    path = wired.wiring.library.show(ref).path
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)
    page.on_disk.verify(ref)
    wired.until(lambda: not on_disk(page)[0].note_ok)
    assert on_disk(page)[0].can_repair
    came = []
    page.downloads.done.connect(came.append)
    page.on_disk.repair(ref)
    wired.until(lambda: bool(came))
    assert bytes(content) != path.read_bytes()
    wired.until(lambda: not on_disk(page)[0].can_repair)
    assert wired.wiring.library.verify(on_disk(page)[0].key).ok
