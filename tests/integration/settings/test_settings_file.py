"""The settings file on a real disk: damaged, edited by hand, read-only, and written over and over."""

import os
import sys
import tomllib
import uuid
from pathlib import Path

import pytest

from oa_desktop import atomic_file
from oa_desktop.errors import UsageError
from oa_desktop.settings import Settings
from oa_desktop.settings_file import SettingsFile

BROKEN: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n\n",
    "truncated": b'theme = "da',
    "cut in a table": b'theme = "dark"\n[window',
    "64 kB of NULs": bytes(65_536),
    "binary": bytes(range(256)) * 8,
    "not utf-8": 'system_prompt = "naïve"'.encode("latin-1"),
    "json": b'{"theme": "dark"}',
    "duplicate key": b"replies = 1\nreplies = 2\n",
    "nested too deep": b"a = " + b"[" * 20_000,
    "too large": b"#" * 300_000,
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


@pytest.mark.parametrize("case", BROKEN)
def test_c01_a_broken_file_is_kept_aside_and_defaults_hold(case: str, path: Path) -> None:
    path.write_bytes(BROKEN[case])
    file = SettingsFile(path)
    assert file.settings.with_value("user_id", "") == Settings()
    (kept,) = path.parent.glob("settings.broken-*")
    assert kept.read_bytes() == BROKEN[case]
    assert [notice.title for notice in file.notices] == ["The settings file was damaged; defaults are used."]
    assert kept.name in file.notices[0].hint
    assert SettingsFile(path).notices == []


def test_c01_a_second_broken_file_in_the_same_second_is_kept_too(path: Path) -> None:
    for number in range(3):
        path.write_bytes(b"broken = %d [" % number)
        SettingsFile(path)
    assert len(list(path.parent.glob("settings.broken-*"))) == 3


def test_a_missing_file_is_no_trouble(path: Path) -> None:
    file = SettingsFile(path)
    assert file.notices == []
    assert uuid.UUID(file.settings.user_id).version == 4


def test_the_user_id_is_made_once(path: Path) -> None:
    first = SettingsFile(path).settings.user_id
    assert SettingsFile(path).settings.user_id == first


def test_what_is_set_is_there_next_time(path: Path) -> None:
    file = SettingsFile(path)
    assert file.set("theme", "dark") is None
    assert file.set("temperature", 0.5) is None
    assert file.set("system_prompt", 'Say "yes"\n\tor \\ 李白 ') is None
    again = SettingsFile(path)
    assert again.settings == file.settings
    assert again.settings.system_prompt == 'Say "yes"\n\tor \\ 李白 '


def test_an_optional_setting_goes_back_to_not_set(path: Path) -> None:
    file = SettingsFile(path)
    file.set("temperature", 0.5)
    file.set("temperature", None)
    assert "temperature =" not in path.read_text()
    assert SettingsFile(path).settings.temperature is None


def test_c02_unknown_keys_tables_and_comments_survive_a_save(path: Path) -> None:
    path.write_text(
        "# mine\nfuture = [1, 2]\nreplies = 3 # three\n\n[window]\nwidth = 900\n", encoding="utf-8"
    )
    file = SettingsFile(path)
    file.set("theme", "dark")
    file.set("replies", 2)
    text = path.read_text(encoding="utf-8")
    assert "# mine" in text
    assert "replies = 2 # three" in text
    kept = tomllib.loads(text)
    assert (kept["future"], kept["window"], kept["theme"], kept["replies"]) == (
        [1, 2],
        {"width": 900},
        "dark",
        2,
    )


def test_c02_a_wrong_value_costs_only_itself(path: Path) -> None:
    path.write_text('replies = 99\ntheme = "dark"\nenter_sends = "yes"\n', encoding="utf-8")
    file = SettingsFile(path)
    assert (file.settings.replies, file.settings.theme, file.settings.enter_sends) == (4, "dark", True)
    assert len(file.notices) == 2
    assert "replies cannot be 99; allowed: 1 to 8." in file.notices[0].title
    assert "replies = 99" in path.read_text()


def test_a_refused_value_changes_nothing(path: Path) -> None:
    file = SettingsFile(path)
    before = path.read_bytes()
    with pytest.raises(UsageError):
        file.set("replies", 99)
    assert file.settings.replies == 4
    assert path.read_bytes() == before


def test_what_another_window_wrote_is_not_undone(path: Path) -> None:
    one, two = SettingsFile(path), SettingsFile(path)
    one.set("theme", "dark")
    two.set("replies", 2)
    after = SettingsFile(path).settings
    assert (after.theme, after.replies) == ("dark", 2)


def test_c03_when_nothing_can_be_saved_the_session_goes_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = SettingsFile(path)
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_file.os, "fsync", full)
    notice = file.set("theme", "dark")
    assert notice is not None
    assert notice.title == "The settings are not saved; they hold until the app is closed."
    assert file.settings.theme == "dark"
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_c03_a_place_where_no_folder_can_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    file = SettingsFile(tmp_path / "file" / "settings.toml")
    assert file.settings.theme == "system"
    assert any("not saved" in notice.title or "cannot be read" in notice.title for notice in file.notices)
    assert file.set("theme", "dark") is not None
    assert file.settings.theme == "dark"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_c03_a_read_only_folder_is_told(path: Path) -> None:
    path.parent.chmod(0o500)
    try:
        assert any("not saved" in notice.title for notice in SettingsFile(path).notices)
    finally:
        path.parent.chmod(0o700)


def test_a_folder_in_place_of_the_file_is_told_and_left_alone(path: Path) -> None:
    path.mkdir()
    file = SettingsFile(path)
    assert "cannot be read" in file.notices[0].title
    assert file.set("theme", "dark") is not None
    assert path.is_dir()


@pytest.mark.skipif(sys.platform == "win32", reason="no modes and no links here")
def test_the_file_is_private_and_a_link_to_it_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    link = tmp_path / "settings.toml"
    link.symlink_to(tmp_path / "dotfiles" / "real.toml")
    SettingsFile(link)
    assert link.is_symlink()
    assert (tmp_path / "dotfiles" / "real.toml").stat().st_mode & 0o777 == 0o600
