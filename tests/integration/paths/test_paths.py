"""Where files go: portable mode, odd names, no home, and private modes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from oa_desktop.errors import OaError
from oa_desktop.paths import HOME_VARIABLE, app_paths, is_writable, resource_root, tour_model

ODD_NAMES = ["with spaces", "quote'quote\"", "#%25?&=", "李白 ☃", "x" * 200, "-rf", "trailing."]


def test_portable_mode_keeps_everything_under_one_folder(tmp_path: Path) -> None:
    paths = app_paths({HOME_VARIABLE: str(tmp_path / "home")})
    assert all(folder.is_relative_to(tmp_path / "home") for folder in paths.folders)
    assert paths.store == tmp_path / "home" / "data" / "store.sqlite3"
    assert paths.settings == tmp_path / "home" / "config" / "settings.toml"


@pytest.mark.parametrize("name", ODD_NAMES)
def test_c04_odd_folder_names_work(name: str, tmp_path: Path) -> None:
    paths = app_paths({HOME_VARIABLE: str(tmp_path / name)})
    assert paths.create() == ()
    paths.store.write_bytes(b"x")
    assert all(is_writable(folder) for folder in paths.folders)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are not text")
def test_c04_a_name_that_is_no_utf8_works(tmp_path: Path) -> None:
    home = os.fsdecode(os.fsencode(tmp_path) + b"/\xe9t\xe9")
    assert app_paths({HOME_VARIABLE: home}).create() == ()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other variables")
def test_c04_without_a_home_variable_there_is_still_a_place() -> None:
    script = (
        "import json; from oa_desktop.paths import app_paths;"
        "print(json.dumps([str(folder) for folder in app_paths().folders]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(Path(folder).is_absolute() and "oa-desktop" in folder for folder in json.loads(run.stdout))


def test_a_relative_home_becomes_absolute_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    paths = app_paths({HOME_VARIABLE: "here"})
    monkeypatch.chdir("/")
    assert paths.data == tmp_path / "here" / "data"


@pytest.mark.skipif(sys.platform == "win32", reason="no modes here")
def test_p01_new_folders_are_private_and_old_ones_keep_their_mode(tmp_path: Path) -> None:
    paths = app_paths({HOME_VARIABLE: str(tmp_path)})
    paths.cache.mkdir(mode=0o755)
    paths.cache.chmod(0o755)
    old_mask = os.umask(0)
    try:
        paths.create()
    finally:
        os.umask(old_mask)
    assert {folder.stat().st_mode & 0o777 for folder in (paths.data, paths.models, paths.config)} == {0o700}
    assert paths.cache.stat().st_mode & 0o777 == 0o755


def test_creating_twice_changes_nothing(tmp_path: Path) -> None:
    paths = app_paths({HOME_VARIABLE: str(tmp_path)})
    paths.create()
    paths.store.write_bytes(b"kept")
    assert paths.create() == ()
    assert paths.store.read_bytes() == b"kept"
    assert list(paths.models.iterdir()) == []


def test_s07_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    paths = app_paths({HOME_VARIABLE: str(tmp_path)})
    paths.logs.write_text("a file where a folder should be")
    assert paths.create() == (paths.logs,)


def test_s07_without_a_data_folder_the_app_says_what_to_set(tmp_path: Path) -> None:
    (tmp_path / "blocked").touch()
    with pytest.raises(OaError, match="cannot be made") as caught:
        app_paths({HOME_VARIABLE: str(tmp_path / "blocked")}).create()
    assert HOME_VARIABLE in caught.value.hint


def test_resources_are_found() -> None:
    assert resource_root().is_dir()
    assert tour_model().name == "tour.gguf"
