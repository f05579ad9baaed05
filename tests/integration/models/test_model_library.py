"""The model library on a real disk: finding, importing, removing, crash markers, odd names, half copies."""

import json
import os
import sys
import time
from pathlib import Path

import pytest

from oa_desktop.errors import ModelError, StorageError, UsageError
from oa_desktop.gguf import ModelIncomplete, ModelMissing, ModelTooLarge
from oa_desktop.paths import HOME_VARIABLE, AppPaths, app_paths
from oa_desktop.services.library import model_copy, model_file, models
from oa_desktop.services.library.model_copy import safe_stem
from oa_desktop.services.library.models import ModelLibrary, Origin
from tests.unit.gguf.ggufs import STRING, U32, Gguf, pair


@pytest.fixture
def paths(tmp_path: Path) -> AppPaths:
    paths = app_paths({HOME_VARIABLE: str(tmp_path / "home")})
    paths.create()
    return paths


@pytest.fixture
def tour(tmp_path: Path) -> Path:
    return Gguf().write(tmp_path / "tour.gguf")


@pytest.fixture
def library(paths: AppPaths, tour: Path) -> ModelLibrary:
    return ModelLibrary(paths, tour)


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    folder = tmp_path / "down loads"
    folder.mkdir()
    return folder


def model_at(path: Path, name: str = "Tiny") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pairs = [pair("general.architecture", STRING, "llama"), pair("general.name", STRING, name)]
    return Gguf(pairs=pairs).write(path)


def test_the_tour_model_is_always_there(library: ModelLibrary) -> None:
    (only,) = library.list_models()
    assert (only.ref, only.origin, only.problem) == ("tour", Origin.TOUR, None)
    assert library.resolve("tour") == library.resolve("") == only


def test_a_missing_tour_model_is_listed_with_its_problem(paths: AppPaths, tmp_path: Path) -> None:
    library = ModelLibrary(paths, tmp_path / "nowhere.gguf")
    assert library.list_models()[0].problem is not None
    with pytest.raises(ModelMissing):
        library.resolve("tour")


def test_a_linked_model_is_found_by_id_name_and_path(library: ModelLibrary, downloads: Path) -> None:
    path = model_at(downloads / "Falcon-7B.Q4_K_M.gguf", "Falcon")
    model = library.import_model(path)
    assert (model.ref, model.name, model.origin, model.path) == (
        "falcon-7b.q4_k_m",
        "Falcon",
        Origin.LINKED,
        path,
    )
    for ref in (model.ref, "Falcon-7B.Q4_K_M.gguf", "falcon-7b.q4_k_m.GGUF", str(path)):
        assert library.resolve(ref) == model


def test_linking_twice_gives_the_same_model(library: ModelLibrary, downloads: Path) -> None:
    path = model_at(downloads / "a.gguf")
    assert library.import_model(path) == library.import_model(path)
    assert len(library.list_models()) == 2


def test_an_import_is_remembered_by_the_next_library(
    library: ModelLibrary, downloads: Path, paths: AppPaths, tour: Path
) -> None:
    library.import_model(model_at(downloads / "a.gguf"))
    assert [model.ref for model in ModelLibrary(paths, tour).list_models()] == ["tour", "a"]


def test_a_copied_model_survives_the_original(
    library: ModelLibrary, downloads: Path, paths: AppPaths
) -> None:
    path = model_at(downloads / "a.gguf")
    seen: list[tuple[int, int]] = []
    model = library.import_model(path, copy=True, on_progress=lambda done, total: seen.append((done, total)))
    path.unlink()
    assert model.origin is Origin.IMPORTED
    assert model.path == paths.models / "a.gguf"
    assert library.resolve("a").size_bytes == model.size_bytes == seen[-1][0] == seen[-1][1]
    assert len(library.list_models()) == 2


def test_d17_two_files_of_one_name_are_both_kept(library: ModelLibrary, downloads: Path) -> None:
    one = library.import_model(model_at(downloads / "x" / "m.gguf", "One"), copy=True)
    two = library.import_model(model_at(downloads / "y" / "m.gguf", "Two"), copy=True)
    linked = library.import_model(model_at(downloads / "z" / "M.gguf", "Three"))
    assert [m.name for m in library.list_models()[1:]] == ["One", "Two", "Three"]
    assert len({one.ref, two.ref, linked.ref}) == 3
    assert library.resolve(two.ref).name == "Two"


def test_what_is_no_model_is_not_imported(library: ModelLibrary, downloads: Path, paths: AppPaths) -> None:
    whole = model_at(downloads / "a.gguf").read_bytes()
    (downloads / "half.gguf").write_bytes(whole[:-1000])
    for copy in (False, True):
        with pytest.raises(ModelIncomplete):
            library.import_model(downloads / "half.gguf", copy=copy)
    assert list(paths.models.iterdir()) == []


def test_removing_a_link_keeps_the_file_and_removing_a_copy_deletes_it(
    library: ModelLibrary, downloads: Path
) -> None:
    linked = library.import_model(model_at(downloads / "a.gguf"))
    copied = library.import_model(model_at(downloads / "b.gguf"), copy=True)
    library.remove(linked.ref)
    library.remove(copied.ref)
    assert linked.path.exists()
    assert not copied.path.exists()
    assert [model.ref for model in library.list_models()] == ["tour"]


def test_the_tour_model_and_bare_paths_cannot_be_removed(library: ModelLibrary, downloads: Path) -> None:
    for ref in ("tour", str(model_at(downloads / "a.gguf"))):
        with pytest.raises(UsageError, match="stays where it is"):
            library.remove(ref)


def test_a_file_in_the_models_folder_is_listed_and_deleted_only_on_demand(
    library: ModelLibrary, paths: AppPaths
) -> None:
    path = model_at(paths.models / "TheBloke" / "tiny" / "tiny.gguf")
    model = library.resolve("tiny.gguf")
    assert (model.ref, model.origin) == ("TheBloke/tiny/tiny.gguf", Origin.FOLDER)
    assert library.import_model(path) == model
    with pytest.raises(UsageError, match="deletes the file"):
        library.remove(model.ref)
    library.remove(model.ref, delete_file=True)
    assert not path.exists()


def test_a_linked_model_that_was_moved_away_is_listed_with_its_problem(
    library: ModelLibrary, downloads: Path
) -> None:
    path = model_at(downloads / "a.gguf")
    library.import_model(path)
    path.unlink()
    model = library.show("a")
    assert model.problem is not None
    assert model.problem.title == "There is no model file a.gguf."
    with pytest.raises(ModelMissing):
        library.resolve("a")
    library.remove("a")


def test_a_model_that_comes_while_it_is_looked_for_is_not_taken_for_others_that_are_gone(
    library: ModelLibrary, downloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, gone = model_at(downloads / "here.gguf"), downloads / "gone.gguf"
    with monkeypatch.context() as patched:
        patched.setattr(model_file, "fingerprint_of", lambda _: "")
        assert library.show(str(here)).problem is None
    assert library.show(str(gone)).problem is not None


def test_a_model_that_changes_on_disk_is_checked_again(library: ModelLibrary, downloads: Path) -> None:
    path = model_at(downloads / "a.gguf")
    library.import_model(path)
    path.write_bytes(path.read_bytes()[:-1000])
    assert isinstance(library.show("a").problem, ModelIncomplete)


def test_an_unknown_reference_says_what_to_do(library: ModelLibrary) -> None:
    for ref in ("falcon", "no\0where", "~nobody-here/x"):
        with pytest.raises(ModelMissing) as caught:
            library.resolve(ref)
        assert caught.value.hint
        assert "\0" not in caught.value.title


def test_d16_a_link_out_of_the_models_folder_is_not_followed(
    library: ModelLibrary, paths: AppPaths, downloads: Path
) -> None:
    if sys.platform == "win32":
        pytest.skip("links need a privilege here")
    (paths.models / "out.gguf").symlink_to(model_at(downloads / "a.gguf"))
    (paths.models / "loop.gguf").symlink_to(paths.models / "loop.gguf")
    assert [model.ref for model in library.list_models()] == ["tour"]


def write_part(folder: Path, part: int) -> Path:
    extra = [pair("split.count", U32, 2), pair("split.no", U32, part - 1)]
    return Gguf(extra=extra).write(folder / f"big-{part:05}-of-00002.gguf")


def test_d18_a_model_in_parts_is_one_model(library: ModelLibrary, downloads: Path, paths: AppPaths) -> None:
    first, second = write_part(downloads, 1), write_part(downloads, 2)
    model = library.import_model(first, copy=True)
    assert [part.name for part in model.parts] == [first.name, second.name]
    assert model.size_bytes == first.stat().st_size + second.stat().st_size
    assert [m.ref for m in library.list_models()] == ["tour", model.ref]
    library.purge(library.remove(model.ref))
    assert [file.name for file in paths.models.iterdir()] == ["models.json"]


def test_e02_a_crash_on_load_is_remembered_until_the_user_or_the_file_changes(
    library: ModelLibrary, downloads: Path, paths: AppPaths, tour: Path
) -> None:
    path = model_at(downloads / "a.gguf")
    model = library.import_model(path)
    assert not model.crashed
    library.note_loading(model)
    again = ModelLibrary(paths, tour)
    assert again.resolve("a").crashed
    assert not again.resolve("tour").crashed
    again.note_loaded(again.resolve("a"))
    assert not again.resolve("a").crashed
    library.note_loading(model)
    os.utime(path, (time.time() + 10, time.time() + 10))
    assert not library.resolve("a").crashed


def test_e03_too_little_memory_is_told_before_anything_starts(
    library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = library.resolve("tour")
    assert library.require_fit(model).total_bytes > model.size_bytes
    monkeypatch.setattr(models, "available_bytes", lambda: 50_000_000)
    with pytest.raises(ModelTooLarge, match=r"this machine has 50\.0 MB free"):
        library.require_fit(model)
    assert library.require_fit(model, device_bytes=10**9).total_bytes > 50_000_000


BROKEN_LISTS = [
    b"",
    b"\0" * 100,
    b"[]",
    b'{"models": 5}',
    b'{"models": [{"id": 1}]}',
    b"{" * 5000,
]


@pytest.mark.parametrize("content", BROKEN_LISTS)
def test_c01_a_damaged_list_is_kept_aside_and_files_are_still_found(
    content: bytes, library: ModelLibrary, paths: AppPaths
) -> None:
    model_at(paths.models / "kept.gguf")
    (paths.models / "models.json").write_bytes(content)
    assert [model.ref for model in library.list_models()] == ["tour", "kept.gguf"]
    (aside,) = paths.models.glob("models.broken-*")
    assert aside.read_bytes() == content


def test_s04_a_full_disk_keeps_the_list_as_it_was(
    library: ModelLibrary, downloads: Path, paths: AppPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.import_model(model_at(downloads / "a.gguf"))
    before = (paths.models / "models.json").read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError):
        library.import_model(model_at(downloads / "b.gguf"))
    with pytest.raises(ModelError, match="could not be copied"):
        library.import_model(model_at(downloads / "c.gguf"), copy=True)
    monkeypatch.undo()
    assert (paths.models / "models.json").read_bytes() == before
    assert [file.name for file in paths.models.iterdir()] == ["models.json"]


def test_d12_a_copy_that_would_fill_the_disk_is_refused_up_front(
    library: ModelLibrary, downloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_copy, "SPARE_BYTES", 1 << 60)
    with pytest.raises(ModelError, match="the disk has") as caught:
        library.import_model(model_at(downloads / "a.gguf"), copy=True)
    assert caught.value.code == "disk-full"


def test_a_cancelled_copy_leaves_nothing(library: ModelLibrary, downloads: Path, paths: AppPaths) -> None:
    def cancel(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.import_model(model_at(downloads / "a.gguf"), copy=True, on_progress=cancel)
    assert list(paths.models.iterdir()) == []


def test_s21_half_copies_of_dead_processes_are_removed_at_start(paths: AppPaths, tour: Path) -> None:
    dead = paths.models / ".importing-999999999-a.gguf.tmp"
    alive = paths.models / f".importing-{os.getpid()}-b.gguf.tmp"
    for file in (dead, alive):
        file.write_bytes(b"half")
    library = ModelLibrary(paths, tour)
    assert not dead.exists()
    assert alive.exists()
    assert [model.ref for model in library.list_models()] == ["tour"]


ODD_NAMES = {
    "../../etc/passwd.gguf": "etc-passwd",
    "/etc/x.gguf": "etc-x",
    "a\\..\\b.gguf": "a-..-b",
    "CON.gguf": "model-CON",
    "com1.q4.gguf": "model-com1.q4",
    ".hidden.gguf": "hidden",
    "a\nb\u202ec\0.gguf": "a-b-c",
    "李白.gguf": "model",
    "x" * 300: "x" * 100,
    "-rf.gguf": "rf",
}


@pytest.mark.parametrize("name", ODD_NAMES)
def test_d15_copies_get_a_name_of_our_own(name: str) -> None:
    assert safe_stem(name) == ODD_NAMES[name]


def test_c04_odd_paths_survive_the_list(library: ModelLibrary, downloads: Path) -> None:
    path = model_at(downloads / 'it\'s "100 %" #1 李白 ☃' / ("n" * 150) / "m & m.gguf")
    model = library.import_model(path)
    assert library.resolve(model.ref).path == path


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are not text")
def test_c04_a_path_that_is_no_utf8_survives_the_list(library: ModelLibrary, downloads: Path) -> None:
    path = model_at(Path(os.fsdecode(os.fsencode(downloads) + b"/\xe9t\xe9")) / "m.gguf")
    model = library.import_model(path)
    assert library.resolve(model.ref).path == path
    assert json.loads((library._shelf._path).read_bytes())["models"][0]["path"] == str(path)
