"""Removing models: everything comes back with undo, nothing is lost or left over after a kill at any step."""

import hashlib
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from oa_desktop.errors import ModelError
from oa_desktop.services.library import model_removal
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.services.library.model_removal import Removal
from oa_desktop.services.library.models import ModelLibrary
from tests.integration.models.shelves import (
    CAN_FORK,
    Shelf,
    killed_at,
    model_bytes,
    put,
    shelf_at,
    source_of,
)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return shelf_at(tmp_path)


def copied(shelf: Shelf) -> ModelFile:
    outside = shelf.paths.data.parent / "a.gguf"
    return shelf.library().import_model(put(outside, model_bytes("Copied")), copy=True)


def downloaded(shelf: Shelf) -> ModelFile:
    contents = [model_bytes("Big", part, 2) for part in (1, 2)]
    source = source_of(*(hashlib.sha256(content).hexdigest() for content in contents), name="big.gguf")
    files = [put(shelf.paths.models / name, data) for name, data in zip(source.paths, contents, strict=True)]
    return shelf.library().add_downloaded(tuple(files), source)


def lying_there(shelf: Shelf) -> ModelFile:
    put(shelf.paths.models / "some one" / "x.gguf", model_bytes("Lying"))
    return shelf.library().show("some one/x.gguf")


KINDS: dict[str, Callable[[Shelf], ModelFile]] = {
    "copied": copied,
    "downloaded": downloaded,
    "lying there": lying_there,
}


@pytest.mark.parametrize("kind", KINDS)
def test_undo_puts_back_the_files_the_entry_and_the_settings(kind: str, shelf: Shelf) -> None:
    model = KINDS[kind](shelf)
    library = shelf.library()
    model = library.configure(model.ref, context_tokens=512, preset="greedy", system_prompt="Be brief.")
    files, listed = shelf.files(), (shelf.paths.models / "models.json").read_bytes()
    removal = library.remove(model.ref, delete_file=True)
    assert removal.freed_bytes == model.size_bytes
    assert removal.model == model
    assert [known.ref for known in library.list_models()] == ["tour"]
    assert shelf.library().undo_remove(removal) == model
    assert shelf.files() == files
    assert (shelf.paths.models / "models.json").read_bytes() == listed
    assert ".removed" not in shelf.folders()


def test_undo_of_a_linked_model_brings_its_settings_back(shelf: Shelf, tmp_path: Path) -> None:
    library = shelf.library()
    model = library.import_model(put(tmp_path / "l.gguf", model_bytes()))
    model = library.configure(model.ref, kv_type="q8_0")
    removal = library.remove(model.ref)
    assert removal.freed_bytes == 0
    assert library.undo_remove(removal) == model


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_removed_is_deleted_at_the_next_start_and_cannot_be_undone(kind: str, shelf: Shelf) -> None:
    library = shelf.library()
    removal = library.remove(KINDS[kind](shelf).ref, delete_file=True)
    library = shelf.library()
    assert shelf.files()
    library.purge_removed()
    assert shelf.files() == {}
    assert ".removed" not in shelf.folders()
    with pytest.raises(ModelError, match="deleted for good"):
        library.undo_remove(removal)


def test_a_model_added_again_meanwhile_does_not_stop_the_undo(shelf: Shelf, tmp_path: Path) -> None:
    library = shelf.library()
    first = copied(shelf)
    removal = library.remove(first.ref)
    other = library.import_model(put(tmp_path / "else" / "a.gguf", model_bytes("Other")), copy=True)
    assert (other.ref, other.path) == (first.ref, first.path)
    back = library.undo_remove(removal)
    assert (back.name, back.ref, back.path.name) == ("Copied", "a-2", "a-2.gguf")
    assert library.show("a").name == "Other"


def test_a_file_that_cannot_be_moved_leaves_everything_as_it_was(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = downloaded(shelf)
    files, listed = shelf.files(), (shelf.paths.models / "models.json").read_bytes()
    rename, moved = Path.rename, []

    def second_is_in_use(self: Path, target: Path) -> Path:
        if model_removal.FOLDER in str(target):
            moved.append(target)
            if len(moved) == 2:
                raise PermissionError(13, "in use")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", second_is_in_use)
    with pytest.raises(ModelError, match="cannot be moved, and stays where it is"):
        shelf.library().remove(model.ref)
    assert shelf.files() == files
    assert (shelf.paths.models / "models.json").read_bytes() == listed


def listed(library: ModelLibrary, model: ModelFile) -> bool:
    return any(known.name == model.name for known in library.list_models())


def waiting(library: ModelLibrary, model: ModelFile) -> Removal | None:
    return next((Removal(row.id, model, 0) for row in library._shelf.read().removed), None)


def check_after_kill(shelf: Shelf, model: ModelFile, files: dict[str, bytes], *, undo: bool) -> None:
    """The model is whole, or it waits and can be put back or purged; nothing else is there."""
    library = shelf.library()
    removal = waiting(library, model)
    if listed(library, model):
        assert removal is None
    elif removal is not None and undo:
        assert library.undo_remove(removal).facts is not None
    library.purge_removed()
    expected = files if listed(library, model) else {}
    assert shelf.files() == expected
    assert library.list_models()[1:] == () or library.list_models()[1].problem is None
    assert model_removal.FOLDER not in shelf.folders()


@pytest.mark.skipif(not CAN_FORK, reason="a process that is killed at a certain step needs fork")
@pytest.mark.parametrize("kind", ["downloaded", "lying there"])
@pytest.mark.parametrize("undo", [True, False])
def test_a_kill_at_any_step_of_removing_loses_nothing(kind: str, undo: bool, tmp_path: Path) -> None:
    for step in itertools.count(1):
        shelf = shelf_at(tmp_path / str(step))
        model = KINDS[kind](shelf)
        files = shelf.files()
        remove = lambda: shelf.library().remove(model.ref, delete_file=True)  # noqa: B023, E731
        killed = killed_at(step, remove, shelf.paths.models)
        check_after_kill(shelf, model, files, undo=undo)
        if not killed:
            break
    assert step > 4


@pytest.mark.skipif(not CAN_FORK, reason="a process that is killed at a certain step needs fork")
@pytest.mark.parametrize("work", ["undo", "purge"])
def test_a_kill_at_any_step_of_undo_or_purge_loses_nothing(work: str, tmp_path: Path) -> None:
    for step in itertools.count(1):
        shelf = shelf_at(tmp_path / str(step))
        model = downloaded(shelf)
        files = shelf.files()
        removal = shelf.library().remove(model.ref)

        def do(shelf: Shelf = shelf, removal: Removal = removal) -> None:
            library = shelf.library()
            library.undo_remove(removal) if work == "undo" else library.purge_removed()

        killed = killed_at(step, do, shelf.paths.models)
        if work == "undo":
            check_after_kill(shelf, model, files, undo=True)
            assert shelf.files() == files
        else:
            check_after_kill(shelf, model, files, undo=False)
            assert shelf.files() == {}
        if not killed:
            break
    assert step > 4


@pytest.mark.skipif(not CAN_FORK, reason="a process that is killed at a certain step needs fork")
def test_a_kill_at_any_step_of_replacing_a_damaged_model_loses_nothing(tmp_path: Path) -> None:
    good, bad = model_bytes("Tiny"), model_bytes("Tiny")[:-100]
    source = source_of(hashlib.sha256(good).hexdigest())
    for step in itertools.count(1):
        shelf = shelf_at(tmp_path / str(step))
        old, new = shelf.paths.models / "old.gguf", shelf.paths.models / "new.gguf"
        shelf.library().add_downloaded((put(old, good),), source)
        shelf.library().configure("tiny", preset="greedy")
        put(old, bad)
        put(new, good)
        add = lambda: shelf.library().add_downloaded((new,), source)  # noqa: B023, E731
        killed = killed_at(step, add, shelf.paths.models)
        library = shelf.library()
        assert library.show("tiny").settings.preset == "greedy"
        again = library.add_downloaded((new,), source)  # as the download does that was not done
        assert (again.ref, again.path, again.problem, again.settings.preset) == ("tiny", new, None, "greedy")
        library.purge_removed()
        assert shelf.files() == {"new.gguf": good}
        assert len(library.list_models()) == 2
        if not killed:
            break
    assert step > 4


@pytest.mark.skipif(not CAN_FORK, reason="a process that is killed at a certain step needs fork")
def test_a_kill_at_any_step_of_copying_leaves_a_whole_model_or_none(tmp_path: Path) -> None:
    outside = put(tmp_path / "a.gguf", model_bytes("Copied"))
    for step in itertools.count(1):
        shelf = shelf_at(tmp_path / str(step))
        copy = lambda: shelf.library().import_model(outside, copy=True)  # noqa: B023, E731
        killed = killed_at(step, copy, shelf.paths.models)
        library = shelf.library()
        assert shelf.files() in ({}, {"a.gguf": model_bytes("Copied")})
        assert all(model.problem is None for model in library.list_models())
        assert not list(shelf.paths.models.glob(".*"))
        if not killed:
            break
    assert step > 4
