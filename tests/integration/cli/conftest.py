"""The real command in a process of its own, with a folder of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

TOUR_MODEL = Path(__file__).parents[3] / "resources" / "tour" / "tour.gguf"


class Command:
    """Runs `oa-desktop`; every run must leave no traceback behind.

    before: put in front of the command, for example to run it with fewer rights.
    """

    def __init__(self, home: Path, before: Sequence[str] = ()) -> None:
        self.home = home
        self.before = tuple(before)

    def environment(self, **more: str) -> dict[str, str]:
        """Of a run; without a display unless `more` has one."""
        variables = {**os.environ, "OA_DESKTOP_HOME": str(self.home), "PYTHONUTF8": "1", **more}
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "PYTHONUNBUFFERED"):
            if name not in more:
                variables.pop(name, None)
        return variables

    def __call__(
        self, *arguments: object, exit_code: int = 0, stdin: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*self.before, sys.executable, "-m", "oa_desktop", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            env=self.environment(**environment),
            timeout=100,
        )
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        assert done.returncode == exit_code, (done.returncode, done.stdout, done.stderr)
        return done

    def json(self, *arguments: object, **options: Any) -> Any:
        """The one document of a `--json` run."""
        return json.loads(self(*arguments, "--json", **options).stdout)


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path / "home")


@pytest.fixture
def one_sentence(command: Command) -> Callable[..., str]:
    """Run a command that must fail, and return the sentence it says."""

    def run(*arguments: object, exit_code: int = 1, **options: Any) -> str:
        done = command(*arguments, exit_code=exit_code, **options)
        assert done.stdout == ""
        return done.stderr.splitlines()[0]

    return run


@pytest.fixture
def without_privileges(command: Command) -> Command:
    """The command where folder modes count, also for root."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return command
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("root ignores modes, and setpriv is not here")
    return Command(command.home, [setpriv, "--bounding-set", "-dac_override,-dac_read_search,-fowner"])
