"""Drivers are told where they may keep what they compile, or nothing is said to them."""

import os
from pathlib import Path

from oa_desktop.engine.driver_cache import prepare_driver_cache


def test_the_folder_is_made_for_its_owner_alone_and_named_to_every_driver(tmp_path: Path):
    environment: dict[str, str] = {}
    folder = tmp_path / "state" / "drivers"
    assert prepare_driver_cache(folder, environment) == (folder,)
    assert folder.stat().st_mode & 0o077 == 0 or os.name == "nt"
    assert set(environment.values()) == {str(folder)}
    assert len(environment) == 3


def test_without_a_folder_nothing_is_said():
    environment: dict[str, str] = {}
    assert prepare_driver_cache(None, environment) == ()
    assert environment == {}


def test_s07_a_folder_that_cannot_be_made_keeps_no_engine_from_starting(tmp_path: Path):
    environment: dict[str, str] = {}
    (tmp_path / "file").touch()
    assert prepare_driver_cache(tmp_path / "file" / "drivers", environment) == ()
    assert environment == {}
