"""The models page finds a model in another program's folder: used where it lies, or downloaded anyway."""

from tests.made_gguf import made_model
from tests.ui.models_page.page_rows import ENTRY, FILE, REPO, hero, on_disk


def lm_studio_has(tmp_path, content, name=FILE):
    folder = tmp_path / "person" / "HOME" / ".lmstudio" / "models" / "TheBloke" / "TinyLlama"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)
    return folder / name


def test_a_file_of_another_program_is_used_where_it_lies_when_the_person_says_so(
    page, wired, hub_server, tmp_path
):
    content = made_model(30_000)
    hub_server.add_repo(REPO, {FILE: content})
    theirs = lm_studio_has(tmp_path, content)
    found = []
    page.getting.copyFound.connect(lambda app, folder, size: found.append((app, folder)))
    page.catalogue.download(ENTRY)
    wired.until(lambda: bool(found))
    assert found == [("LM Studio", str(theirs.parent))]
    page.getting.giveUp()
    assert hero(page).standing == ""
    page.catalogue.download(ENTRY)
    wired.until(lambda: len(found) == 2)
    page.getting.useCopy()
    wired.until(lambda: hero(page).standing == "here")
    assert wired.wiring.library.show(hero(page).model_ref).path == theirs
    assert hub_server.seen("cdn", "GET") == []


def test_a_file_of_another_program_that_differs_is_said_and_can_be_downloaded_instead(
    page, wired, hub_server, tmp_path
):
    content = made_model(30_000)
    hub_server.add_repo(REPO, {FILE: content})
    lm_studio_has(tmp_path, content[:-1] + b"x")
    found = []
    page.getting.copyFound.connect(lambda *_: found.append(True))
    page.catalogue.download(ENTRY)
    wired.until(lambda: bool(found))
    page.getting.useCopy()
    wired.until(lambda: bool(wired.wiring.notices.banners.rows))
    assert "is not the file that was published" in wired.wiring.notices.banners.rows[0].text
    assert on_disk(page) == []
    page.catalogue.download(ENTRY)
    wired.until(lambda: len(found) == 2)
    page.getting.downloadAnyway()
    wired.until(lambda: bool(on_disk(page)))
