"""Every development command, on a machine that has only Python 3.11 and a C++ compiler.

    python3 packaging/dev.py run [ARGS...]     set up, then start the app (ARGS go to `oa-desktop`)
    python3 packaging/dev.py test [ARGS...]    set up, then run the tests (ARGS go to pytest)
    python3 packaging/dev.py lint              ruff, mypy, import-linter, codespell, qmllint
    python3 packaging/dev.py format            ruff format and import order
    python3 packaging/dev.py shots DIR         render every page and main state to PNG files
    python3 packaging/dev.py make-model SHAPE OUT.gguf
                                               write a model with random weights, to measure speed
    python3 packaging/dev.py bench [--quick] [ARGS...]
                                               measure the engine on such models, beside bare llama.cpp
                                               (ARGS go to `oa-desktop bench`; results to build/bench)
    python3 packaging/dev.py bench-download    measure a download on loopback, beside `curl`
    python3 packaging/dev.py bench-window      measure the window, beside a screenful of plain text
    python3 packaging/dev.py lock              resolve packaging/locked.txt anew from pyproject.toml
    python3 packaging/dev.py setup             only set up

run, test, bench and setup take `--backend cuda|metal|vulkan|cpu` as their first argument: llama.cpp built for
that, in an environment of its own (.venv-cuda, ...). Without it, that is Metal on a Mac, else the processor.

Standard library only. Safe to run twice: what is in place is left alone.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an older Python is started with
    sys.exit("OpenAssistant Desktop needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")

import dev_backend
import dev_environment
import dev_system

ROOT = Path(__file__).resolve().parent.parent
BENCH_SHAPES = ("pythia-160m", "llama-1.1b")


def set_up(backend: dev_backend.Backend = dev_backend.DEFAULT) -> Path:
    """Everything in place for the other commands. Returns the environment's Python."""
    dev_system.ensure_build_and_window_libraries()
    return dev_environment.ensure(ROOT, backend.folder, backend.cmake_args, backend.check)


def in_environment(arguments: Sequence[str | Path], **environment: str) -> int:
    """Run a program of the environment from the project's root; its exit code."""
    return subprocess.run(list(map(str, arguments)), cwd=ROOT, env=os.environ | environment).returncode


def run(arguments: list[str]) -> int:
    backend, arguments = dev_backend.taken_from(arguments)
    return in_environment([set_up(backend), "-m", "oa_desktop", *arguments])


def test(arguments: list[str]) -> int:
    backend, arguments = dev_backend.taken_from(arguments)
    return in_environment([set_up(backend), "-m", "pytest", *arguments])


def lint(arguments: list[str]) -> int:
    """Run every check, even after one has failed. The last failure's exit code."""
    python = set_up()
    checks: list[list[str | Path]] = [
        [python, "-m", "ruff", "check", "."],
        [python, "-m", "ruff", "format", "--check", "."],
        [python, "-m", "mypy"],
        [python, "-c", "from importlinter.cli import lint_imports_command as main; main()"],
        [python, "-m", "codespell_lib", "--toml", "pyproject.toml"],
        [python, "packaging/qml_lint.py"],
    ]
    failed = 0
    for check in checks:
        print("»", *[Path(part).name if part == python else part for part in check], flush=True)
        failed = in_environment([*check, *arguments]) or failed
    return failed


def format_code(arguments: list[str]) -> int:
    python = set_up()
    in_environment([python, "-m", "ruff", "check", "--select", "I", "--fix", "."])
    return in_environment([python, "-m", "ruff", "format", ".", *arguments])


def shots(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: dev.py shots DIR", file=sys.stderr)
        return 2
    dev_system.ensure_fonts_of_all_scripts()
    return in_environment([set_up(), "packaging/shots.py", arguments[0]])


def make_model(arguments: list[str]) -> int:
    """SHAPE OUT.gguf; the folder this was called from is not where the program runs."""
    shape, out = arguments[:1], [Path(path).absolute() for path in arguments[1:]]
    return in_environment([set_up(), "packaging/make_model.py", *shape, *out])


def bench(arguments: list[str]) -> int:
    """Measure the shapes with bounds on their ratios; the larger one takes minutes."""
    backend, arguments = dev_backend.taken_from(arguments)
    python = set_up(backend)
    results = ROOT / "build" / "bench"
    results.mkdir(parents=True, exist_ok=True)
    for shape in BENCH_SHAPES[:1] if "--quick" in arguments else BENCH_SHAPES:
        model = ROOT / "build" / "models" / f"{shape}.gguf"
        if not model.exists():
            model.parent.mkdir(parents=True, exist_ok=True)
            if failed := in_environment([python, "packaging/make_model.py", shape, model]):
                return failed
        out = results / f"{shape}.json"
        asked = ["bench", "--model", model, "--out", out, *arguments]
        if failed := in_environment([python, "-m", "oa_desktop", *asked]):
            return failed
    return 0


def bench_download(arguments: list[str]) -> int:
    """Measure a download beside `curl`, on loopback."""
    return in_environment([set_up(), "packaging/bench_download.py", *arguments])


def bench_window(arguments: list[str]) -> int:
    """Measure the window beside the same with little in it."""
    return in_environment([set_up(), "packaging/bench_window.py", *arguments])


def lock(arguments: list[str]) -> int:
    dev_environment.lock(ROOT, arguments)
    return 0


def setup(arguments: list[str]) -> int:
    backend, _ = dev_backend.taken_from(arguments)
    set_up(backend)
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "run": run,
    "test": test,
    "lint": lint,
    "format": format_code,
    "shots": shots,
    "make-model": make_model,
    "bench": bench,
    "bench-download": bench_download,
    "bench-window": bench_window,
    "lock": lock,
    "setup": setup,
}


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__, file=sys.stderr)
        return 0 if arguments in (["-h"], ["--help"]) else 2
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except dev_environment.SetUpFailed as failure:
        print(f"\nSet-up failed: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
