"""The list of models as a file: older and newer versions, settings of models, several processes at once."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from oa_desktop.cli.app import App
from oa_desktop.client.api import EngineClient
from oa_desktop.errors import StorageError, UsageError
from oa_desktop.gguf.errors import ModelMissing
from oa_desktop.paths import HOME_VARIABLE
from oa_desktop.services.library import model_registry
from oa_desktop.services.library.model_file import Origin
from oa_desktop.services.library.model_settings import ModelSettings
from oa_desktop.services.library.models import TOUR_REF, ModelLibrary
from oa_desktop.services.loading import engine_options, load_model
from oa_desktop.settings import Settings
from tests.integration.models.shelves import CAN_FORK, Shelf, model_bytes, put, shelf_at, source_of

HASH = "a" * 64


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return shelf_at(tmp_path)


def listed(shelf: Shelf) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((shelf.paths.models / "models.json").read_bytes())
    return content


def write_list(shelf: Shelf, **content: object) -> None:
    (shelf.paths.models / "models.json").write_text(json.dumps(content))


def test_a_list_of_the_first_version_is_read_and_becomes_one_of_the_second(
    shelf: Shelf, tmp_path: Path
) -> None:
    linked, copied = (
        put(tmp_path / "l.gguf", model_bytes()),
        put(shelf.paths.models / "c.gguf", model_bytes()),
    )
    rows = [
        {"id": "l", "path": str(linked), "copied": False},
        {"id": "c", "path": str(copied), "copied": True},
    ]
    write_list(shelf, version=1, models=rows)
    library = shelf.library()
    assert [model.origin for model in library.list_models()[1:]] == [Origin.LINKED, Origin.IMPORTED]
    library.configure("c", preset="greedy")
    assert listed(shelf) == {"version": 2, "models": rows, "notes": {"c": {"settings": {"preset": "greedy"}}}}


def test_what_a_newer_version_wrote_is_kept(shelf: Shelf, tmp_path: Path) -> None:
    path = put(tmp_path / "l.gguf", model_bytes())
    row = {"id": "l", "path": str(path), "copied": False, "colour": "red", "source": {"kind": "torrent"}}
    notes = {"l": {"settings": {"voice": "deep", "preset": "greedy", "kv_type": "f4"}, "stars": 5}}
    removed = {"id": "ab12", "ref": "x", "files": [], "why": "old"}
    write_list(shelf, version=3, models=[row], notes=notes, removed=[removed], theme={"a": [1]})
    library = shelf.library()
    assert library.show("l").settings == ModelSettings(preset="greedy")
    assert library.show("l").source is None
    library.configure("l", context_tokens=1024)
    notes["l"]["settings"]["context_tokens"] = 1024  # type: ignore[index]
    assert listed(shelf) == {
        "version": 3,
        "models": [row],
        "notes": notes,
        "removed": [removed],
        "theme": {"a": [1]},
    }


@pytest.mark.parametrize(
    "row", [{"id": "../x", "ref": "x", "files": []}, {"id": "", "ref": "x", "files": []}]
)
def test_d16_the_list_cannot_send_a_removal_out_of_its_folder(row: dict[str, object], shelf: Shelf) -> None:
    beside = put(shelf.paths.models / "x" / "precious.txt", b"mine")
    write_list(shelf, version=2, models=[], removed=[row])
    shelf.library().purge_removed()
    assert beside.exists()
    assert list(shelf.paths.models.glob("models.broken-*"))


def test_a_download_is_remembered_with_its_source(shelf: Shelf) -> None:
    source = source_of(HASH)
    model = shelf.library().add_downloaded((put(shelf.paths.models / "t.gguf", model_bytes()),), source)
    assert (model.ref, model.origin, model.source) == ("tiny", Origin.DOWNLOADED, source)
    assert shelf.library().show("tiny") == model
    assert listed(shelf)["models"][0]["copied"] is True


def test_d15_a_hostile_name_on_the_hub_gives_a_plain_id(shelf: Shelf) -> None:
    file = put(shelf.paths.models / "t.gguf", model_bytes())
    for name, ref in (
        ("../../x.gguf", "x"),
        ("a\\..\\CON.gguf", "model-con"),
        ("q/\u202eevil\n.gguf", "evil"),
    ):
        library = shelf.library()
        model = library.add_downloaded((file,), source_of(HASH, name=name))
        assert model.ref == ref
        library.undo_remove(library.remove(ref))
        library.purge(library.remove(ref))
        put(file, model_bytes())


WRONG = {
    "context_tokens": "many",
    "gpu_layers": "most",
    "kv_type": "f4",
    "preset": "wild",
    "system_prompt": 5,
    "prompt_format": "morse",
    "temperature": 1.0,
}


@pytest.mark.parametrize("name", WRONG)
def test_a_setting_of_a_model_has_the_limits_of_the_setting(name: str, shelf: Shelf) -> None:
    library = shelf.library()
    with pytest.raises(UsageError):
        library.configure(TOUR_REF, **{name: WRONG[name]})
    assert library.show(TOUR_REF).settings == ModelSettings()


def test_settings_are_kept_changed_and_taken_back_one_by_one(shelf: Shelf, tmp_path: Path) -> None:
    library = shelf.library()
    ref = library.import_model(put(tmp_path / "l.gguf", model_bytes())).ref
    library.configure(ref, context_tokens=512, prompt_format="chatml")
    assert library.configure(ref, kv_type="q8_0", context_tokens=None).settings == ModelSettings(
        kv_type="q8_0", prompt_format="chatml"
    )
    assert shelf.library().show(ref).settings.values == {"kv_type": "q8_0", "prompt_format": "chatml"}
    with pytest.raises(UsageError, match="not on the list"):
        library.configure(str(put(tmp_path / "other.gguf", model_bytes())), kv_type="q8_0")


def test_settings_of_a_model_lie_over_those_of_the_app_but_not_over_what_was_asked_for(shelf: Shelf) -> None:
    model = shelf.library().configure(
        TOUR_REF, context_tokens=512, gpu_layers="0", kv_type="q8_0", preset="greedy", prompt_format="oasst"
    )
    settings = Settings(context_tokens=4096, threads=3, system_prompt="Hi")
    over = model.settings.over(settings)
    assert (over.context_tokens, over.gpu_layers, over.kv_type, over.preset) == (512, "0", "q8_0", "greedy")
    assert (over.threads, over.system_prompt) == (3, "Hi")
    assert model.settings.over(settings, ["kv_type", "context_tokens"]).kv_type == "f16"
    options = engine_options(model, over)
    assert (options.ctx, options.gpu_layers, options.kv_type, options.prompt_format) == (
        512,
        "0",
        "q8_0",
        "oasst",
    )
    with pytest.raises(UsageError, match="needs flash attention"):
        engine_options(model, model.settings.over(Settings(flash_attention="off")))


def test_at_the_command_line_what_was_asked_for_wins_over_the_model(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(shelf.paths.data.parent))
    app = App({"gpu_layers": "3"})
    model = app.library.configure(TOUR_REF, gpu_layers="0", kv_type="q8_0", preset="greedy")
    settings = app.settings_for(model)
    assert (settings.gpu_layers, settings.kv_type, settings.preset) == ("3", "q8_0", "greedy")


@pytest.mark.model
async def test_a_model_is_loaded_with_its_own_context_and_cache(shelf: Shelf) -> None:
    library = ModelLibrary(shelf.paths)
    library.configure(TOUR_REF, context_tokens=320, kv_type="q8_0", prompt_format="chatml")
    loaded = await load_model(library, TOUR_REF, Settings(threads=1), chosen={"kv_type"})
    try:
        async with loaded.process.client() as client:
            told = loaded.process.handle.model
            assert isinstance(client, EngineClient)
        assert told is not None
        assert told.device is not None
        assert (told.context_tokens, told.device.kv_type, told.prompt_format) == (320, "f16", "chatml")
    finally:
        await loaded.process.stop()


@pytest.mark.skipif(not CAN_FORK, reason="several processes quickly need fork")
def test_imports_of_several_processes_at_once_lose_no_entry(shelf: Shelf, tmp_path: Path) -> None:
    children = []
    for child in range(4):
        names = [tmp_path / str(child) / f"m{number}.gguf" for number in range(6)]
        for number, name in enumerate(names):
            put(name, model_bytes(f"{child} {number}"))
        pid = os.fork()
        if pid == 0:
            try:
                for number, name in enumerate(names):
                    shelf.library().import_model(name, copy=number % 2 == 0)
            except BaseException as exc:
                os.write(2, f"{exc!r}\n".encode())
                os._exit(1)
            os._exit(0)
        children.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0, 0]
    models = shelf.library().list_models()[1:]
    assert sorted(model.name for model in models) == sorted(f"{c} {n}" for c in range(4) for n in range(6))
    assert len({model.ref for model in models}) == len({model.path for model in models}) == 24


def test_a_list_that_another_process_keeps_locked_is_told(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_registry, "LOCK_S", 0.05)
    holder, other = shelf.library(), shelf.library()
    with holder._shelf._lock, pytest.raises(StorageError, match="is changing the list of models"):
        other.configure(TOUR_REF, preset="greedy")
    other.configure(TOUR_REF, preset="greedy")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege here")
def test_d16_a_models_folder_that_is_a_link_works_and_one_that_leads_nowhere_is_told(
    shelf: Shelf, tmp_path: Path
) -> None:
    folder = shelf.paths.models
    folder.rmdir()
    real = tmp_path / "other disk"
    real.mkdir()
    folder.symlink_to(real, target_is_directory=True)
    file = put(real / "x.gguf", model_bytes())
    library = shelf.library()
    assert library.import_model(file) == library.show("x.gguf")
    assert library.import_model(file).origin is Origin.FOLDER
    library.undo_remove(library.remove("x.gguf", delete_file=True))
    library.purge(library.remove("x.gguf", delete_file=True))
    assert [path.name for path in real.iterdir()] == ["models.json"]
    for target in (tmp_path / "nowhere", folder):
        folder.unlink()
        folder.symlink_to(target)
        library = shelf.library()
        with pytest.raises(StorageError):
            library.import_model(put(tmp_path / "l.gguf", model_bytes()), copy=True)
        assert library.resolve(TOUR_REF).problem is None


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege here")
def test_d16_that_a_model_is_loading_is_not_noted_through_a_link(shelf: Shelf, tmp_path: Path) -> None:
    library, precious = shelf.library(), tmp_path / "precious.txt"
    model = library.import_model(put(shelf.paths.models / "x.gguf", model_bytes()))
    precious.write_text("mine")
    library.note_loading(model)
    mark = next((shelf.paths.models / ".loading").iterdir())
    mark.unlink()
    mark.symlink_to(precious)
    library.note_loading(model)
    assert library.show(model.ref).crashed
    assert precious.read_text() == "mine"


def test_d16_links_to_other_folders_are_not_looked_through(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "big" / "a" / "x.gguf", model_bytes())
    inside = put(shelf.paths.models / "one" / "two" / "y.GGUF", model_bytes())
    put(shelf.paths.models / "one" / "two" / "three" / "too deep.gguf", model_bytes())
    for name, target in (("out", tmp_path / "big"), ("root", Path("/")), ("self", shelf.paths.models)):
        (shelf.paths.models / name).symlink_to(target, target_is_directory=True)
    scandir, seen = os.scandir, []

    def noted(folder: Path) -> Any:
        seen.append(folder)
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", noted)
    assert [model.path for model in shelf.library().list_models()[1:]] == [inside]
    assert seen
    assert {Path(folder) for folder in seen} == {
        shelf.paths.models,
        shelf.paths.models / "one",
        shelf.paths.models / "one" / "two",
    }
    shelf.paths.models.rename(tmp_path / "moved")
    shelf.paths.models.symlink_to("/", target_is_directory=True)
    assert len(shelf.library().list_models()) == 1


def test_c01_a_path_that_the_system_refuses_hides_no_other_model(shelf: Shelf) -> None:
    refused = str(shelf.paths.models / ("x" * 300 + "-00001-of-00002.gguf"))
    write_list(shelf, version=2, models=[{"id": "x", "path": refused, "copied": False}])
    put(shelf.paths.models / "y.gguf", model_bytes())
    tour, broken, good = shelf.library().list_models()
    assert (broken.ref, good.ref, good.problem, tour.problem) == ("x", "y.gguf", None, None)
    assert broken.problem is not None
    with pytest.raises(ModelMissing, match="There is no model"):
        shelf.library().resolve("x" * 300)


def test_d17_names_that_differ_in_case_only_stay_apart(shelf: Shelf, tmp_path: Path) -> None:
    library = shelf.library()
    small = library.import_model(put(tmp_path / "1" / "m.gguf", model_bytes("Small")), copy=True)
    large = library.import_model(put(tmp_path / "2" / "M.gguf", model_bytes("Large")), copy=True)
    assert small.path.name.lower() != large.path.name.lower()
    assert (library.show(small.ref).name, library.show(large.ref).name) == ("Small", "Large")


def test_d17_the_same_bytes_copied_twice_are_one_model(shelf: Shelf, tmp_path: Path) -> None:
    library = shelf.library()
    first = library.import_model(put(tmp_path / "1" / "m.gguf", model_bytes()), copy=True)
    assert library.import_model(put(tmp_path / "2" / "other.gguf", model_bytes()), copy=True) == first
    assert list(shelf.files()) == ["m.gguf"]


def test_d18_a_set_with_a_part_missing_is_shown_once_as_what_is_here(shelf: Shelf) -> None:
    for part in (1, 3):
        put(shelf.paths.models / f"big-{part:05}-of-00003.gguf", model_bytes("Big", part, 3))
    library = shelf.library()
    (model,) = library.list_models()[1:]
    assert model.problem is not None
    assert "2 of 3 are here" in model.problem.title
    library.purge(library.remove(model.ref, delete_file=True))
    assert shelf.files() == {}
