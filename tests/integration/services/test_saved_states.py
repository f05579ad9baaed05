"""How much the engine keeps on disk, and that it goes: with a purge, and when nobody wants it."""

import sys
from pathlib import Path

import pytest

from oa_desktop.conversation.message import Message, Role, TreeId, new_message_id
from oa_desktop.errors import StorageError
from oa_desktop.paths import app_paths
from oa_desktop.services.doctor import report
from oa_desktop.services.library.models import ModelLibrary
from oa_desktop.services.loading import clear_unwanted, engine_options
from oa_desktop.services.purging import purge
from oa_desktop.services.saved_states import StatesSize, measure, remove_all
from oa_desktop.settings import Settings
from oa_desktop.store.errors import NotInStore
from oa_desktop.store.worker import StoreWorker


@pytest.fixture
def states(tmp_path: Path) -> Path:
    """A folder with three saved states of two models, and a file of somebody else's."""
    folder = tmp_path / "states"
    for key, names in (("ab" * 16, "12"), ("cd" * 16, "3")):
        (folder / key).mkdir(parents=True)
        for name in names:
            (folder / key / f"{name * 32}.kv").write_bytes(b"x" * 100)
    (folder / "notes.txt").write_text("mine")
    return folder


def test_they_are_counted(states: Path, tmp_path: Path) -> None:
    assert measure(states) == StatesSize(3, 300)
    assert measure(tmp_path / "nothing") == StatesSize(0, 0)


def test_all_of_them_are_removed_and_nothing_else(states: Path, tmp_path: Path) -> None:
    assert remove_all(states)
    assert measure(states) == StatesSize(0, 0)
    assert [path.name for path in states.iterdir()] == ["notes.txt"]
    assert remove_all(tmp_path / "nothing")


@pytest.mark.skipif(sys.platform == "win32", reason="links of POSIX")
def test_a_link_in_the_folder_is_not_followed(states: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "precious").write_text("x")
    (states / ("ef" * 16)).symlink_to(other)
    assert remove_all(states)
    assert (other / "precious").exists()


async def test_purging_a_conversation_removes_what_was_saved_of_any(
    states: Path, worker: StoreWorker
) -> None:
    root_id = new_message_id()
    tree_id = TreeId(root_id)
    root = Message(root_id, tree_id, None, Role.PROMPTER, "Forget me")
    worker.submit(lambda store: store.conversations.create(root)).result()
    await purge(worker, states, tree_id)
    assert measure(states).files == 0
    with pytest.raises(NotInStore):
        worker.submit(lambda store: store.conversations.get(tree_id)).result()


async def test_when_they_cannot_be_removed_nothing_is_purged_and_that_is_said(
    states: Path, worker: StoreWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    root_id = new_message_id()
    tree_id = TreeId(root_id)
    root = Message(root_id, tree_id, None, Role.PROMPTER, "Forget me")
    worker.submit(lambda store: store.conversations.create(root)).result()
    monkeypatch.setattr("shutil.rmtree", lambda *_args, **_options: None)
    with pytest.raises(StorageError) as caught:
        await purge(worker, states, tree_id)
    assert caught.value.code == "states-not-removed"
    assert worker.submit(lambda store: store.conversations.get(tree_id)).result()


async def test_switching_it_off_removes_them_and_the_engine_gets_no_folder(
    states: Path, tmp_path: Path
) -> None:
    model = ModelLibrary(app_paths({"OA_DESKTOP_HOME": str(tmp_path)})).resolve("tour")
    on, off = Settings(resume_gigabytes=2.5), Settings(resume=False)
    assert engine_options(model, on, states=states).state_dir == states
    assert engine_options(model, on, states=states).state_bytes == 2_500_000_000
    await clear_unwanted(states, on)
    assert measure(states).files == 3
    assert engine_options(model, off, states=states).state_dir is None
    await clear_unwanted(states, off)
    assert measure(states).files == 0


def test_the_doctor_says_how_much_they_take(tmp_path: Path) -> None:
    paths = app_paths({"OA_DESKTOP_HOME": str(tmp_path)})
    paths.create()
    folder = paths.engine_state / ("ab" * 16)
    folder.mkdir()
    (folder / f"{'1' * 32}.kv").write_bytes(b"x" * 2_000_000)
    (told,) = [found for found in report(paths).findings if found.topic == "resume"]
    assert "2.0 MB" in told.sentence
