"""A virtual environment with the locked dependencies and llama-cpp-python built here."""

import hashlib
import os
import re
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Mapping
from pathlib import Path

LOCK = Path("packaging/locked.txt")
_LLAMA = re.compile(r"^(llama-cpp-python==\S+)", re.MULTILINE)
_STEP = re.compile(r"\[(\d+)/(\d+)\]")


class SetUpFailed(Exception):
    """The environment cannot be made; the text says what to do."""


def ensure(
    root: Path,
    folder_name: str = ".venv",
    cmake_args: str = "",
    check: Callable[[], tuple[str, ...]] = tuple,
) -> Path:
    """Make or complete the environment. Returns its Python; does nothing when the stamp fits.

    cmake_args: how llama.cpp is built; empty takes the build that pip makes or keeps.
    check: called before llama.cpp is built; what it returns is added for CMake.
    """
    folder = root / folder_name
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = folder / "oa-desktop-setup"
    wanted = _fingerprint(root, cmake_args)
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    found = check() if _kept_wheel(root, cmake_args) is None else ()
    if not python.exists():
        print(f"Making {folder}", flush=True)
        venv.create(folder, with_pip=True, clear=folder.exists())
    _install_llama(root, python, cmake_args, found)
    _pip(python, root, "install", "-r", LOCK, doing="Installing the locked dependencies")
    _pip(
        python,
        root,
        "install",
        "--no-deps",
        "--no-build-isolation",
        "-e",
        root,
        doing="Installing this project",
    )
    stamp.write_text(wanted, encoding="utf-8")
    return python


def lock(root: Path, arguments: list[str]) -> None:
    """Write the lock file: exact versions for every platform, resolved from pyproject.toml."""
    python = ensure(root, cmake_args=os.environ.get("CMAKE_ARGS", ""))
    _pip(python, root, "install", "uv", doing="Installing the resolver")
    compile_command = ["uv", "pip", "compile", "--universal", "--python-version", "3.11", "--no-annotate"]
    options = ["--extra", "dev", "--custom-compile-command", "python3 packaging/dev.py lock", "-o", str(LOCK)]
    subprocess.run(
        [python, "-m", *compile_command, *options, *arguments, "pyproject.toml"], cwd=root, check=True
    )


def _fingerprint(root: Path, cmake_args: str) -> str:
    inputs = [
        (root / LOCK).read_bytes(),
        (root / "pyproject.toml").read_bytes(),
        sys.version.encode(),
        cmake_args.encode(),
    ]
    return hashlib.sha256(b"\0".join(inputs)).hexdigest()


def _install_llama(root: Path, python: Path, cmake_args: str, found: tuple[str, ...]) -> None:
    """Build llama-cpp-python, or take the build that pip or an earlier run kept.

    pip keeps one build of a version whatever CMAKE_ARGS said, so builds with CMAKE_ARGS have a folder each.
    """
    requirement = _requirement(root)
    doing = f"Building {requirement} (some minutes, once)"
    if not cmake_args:
        _pip(python, root, "install", "-v", requirement, doing=doing)
        return
    if _kept_wheel(root, cmake_args) is None:
        folder = _wheels(root, cmake_args)
        how = ("wheel", "-v", "--no-cache-dir", "--no-deps", "-w", folder, requirement)
        environment = {"CMAKE_ARGS": " ".join((*found, cmake_args))}
        _pip(python, root, *how, doing=f"{doing} with {cmake_args}", environment=environment)
    wheel = _kept_wheel(root, cmake_args)
    assert wheel is not None
    _pip(python, root, "install", "--force-reinstall", "--no-deps", wheel, doing=f"Installing {wheel.name}")


def _requirement(root: Path) -> str:
    requirement = _LLAMA.search((root / LOCK).read_text(encoding="utf-8"))
    if requirement is None:
        raise SetUpFailed(f"{LOCK} names no llama-cpp-python; run: python3 packaging/dev.py lock")
    return requirement[1]


def _wheels(root: Path, cmake_args: str) -> Path:
    return root / "build" / "llama" / hashlib.sha256(cmake_args.encode()).hexdigest()[:12]


def _kept_wheel(root: Path, cmake_args: str) -> Path | None:
    name, version = _requirement(root).split("==")
    return next(_wheels(root, cmake_args).glob(f"{name.replace('-', '_')}-{version}-*.whl"), None)


def _pip(
    python: Path,
    root: Path,
    *arguments: str | Path,
    doing: str,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run pip with one line of progress; on failure show the end of what it said."""
    command = [python, "-m", "pip", "--disable-pip-version-check", *arguments]
    started = time.monotonic()
    tail: list[str] = []
    step = ""
    with subprocess.Popen(
        list(map(str, command)),
        cwd=root,
        env=os.environ | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            tail = [*tail[-40:], line]
            if found := _STEP.search(line):
                step = f" {100 * int(found[1]) // int(found[2])} %"
            _show(f"{doing}{step} … {time.monotonic() - started:.0f} s")
    if child.returncode:
        _show(f"{doing} failed", end=True)
        raise SetUpFailed("".join(tail) + f"\n{doing} failed; the lines above say why.")
    _show(f"{doing}: done in {time.monotonic() - started:.0f} s", end=True)


_last_shown = -1.0


def _show(text: str, *, end: bool = False) -> None:
    """Redraw the progress line on a terminal; elsewhere print a line now and then."""
    global _last_shown
    if sys.stdout.isatty():
        print(f"\r\033[K{text}", end="\n" if end else "", flush=True)
    elif end or time.monotonic() - _last_shown > 20:
        _last_shown = time.monotonic()
        print(text, flush=True)
