"""What the engine process gets of our environment."""

import sys
from pathlib import Path

import pytest

import oa_desktop
from oa_desktop.client.environment import engine_command, engine_environment

OURS = {
    "PATH": "/bin",
    "HOME": "/home/me",
    "LC_ALL": "C.UTF-8",
    "CUDA_VISIBLE_DEVICES": "0",
    "SystemRoot": "C:\\Windows",
    "HF_TOKEN": "secret",
    "OPENAI_API_KEY": "secret",
    "SSH_AUTH_SOCK": "/run/ssh",
    "HTTPS_PROXY": "http://proxy",
    "PYTHONPATH": "/evil",
    "PYTHONSTARTUP": "/evil.py",
    "PYTHONINSPECT": "1",
    "LD_PRELOAD": "/evil.so",
    "LD_LIBRARY_PATH": "/opt/cuda",
}


def test_only_what_libraries_need_is_passed_on():
    given = engine_environment(OURS)
    assert "secret" not in given.values()
    assert not {"SSH_AUTH_SOCK", "HTTPS_PROXY", "PYTHONSTARTUP", "PYTHONINSPECT", "LD_PRELOAD"} & set(given)
    assert {"PATH", "HOME", "LC_ALL", "CUDA_VISIBLE_DEVICES", "SystemRoot", "LD_LIBRARY_PATH"} <= set(given)


def test_the_engine_finds_this_package_and_nothing_in_the_working_folder():
    given = engine_environment(OURS)
    assert Path(given["PYTHONPATH"]) == Path(oa_desktop.__file__).parents[1]
    assert given["PYTHONSAFEPATH"] == "1"


def test_a_frozen_app_gives_back_the_user_s_library_path(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert "LD_LIBRARY_PATH" not in engine_environment(OURS)
    assert engine_environment({**OURS, "LD_LIBRARY_PATH_ORIG": "/user"})["LD_LIBRARY_PATH"] == "/user"
    assert engine_command() == (sys.executable, "--engine")


def test_otherwise_the_engine_is_a_module_started_by_name():
    assert engine_command() == (sys.executable, "-m", "oa_desktop.engine")


@pytest.mark.skipif(sys.platform != "linux", reason="a switch of glibc")
def test_large_buffers_are_asked_for_in_huge_pages_whatever_the_person_tunes() -> None:
    given = engine_environment({**OURS, "GLIBC_TUNABLES": "glibc.malloc.check=3"})
    assert given["GLIBC_TUNABLES"] == "glibc.malloc.hugetlb=1"
