"""`oa-desktop models` in this process, and a repository on the hub on loopback."""

import json
from pathlib import Path
from typing import Any

import pytest

from oa_desktop.cli import app as cli_app
from oa_desktop.cli import downloading as cli_downloading
from oa_desktop.cli.main import main
from oa_desktop.hub.download.tuning import Tuning
from oa_desktop.services.downloads import downloader
from oa_desktop.services.fit import estimate
from oa_desktop.services.fit.estimate import Machine
from tests.hub_server import HubServer
from tests.made_gguf import made_model
from tests.memory_keyring import MemoryKeyring, ring

__all__ = ["ring"]

REPO, FILE = "someone/model-GGUF", "model.Q4_K_M.gguf"
CONTENT = made_model(200_000)
TOKEN = "hf_" + "Secret" * 6
QUICK = Tuning(attempts=2, first_wait_s=0.01, longest_wait_s=0.02, spare_bytes=0, reserve_bytes=0)


class Run:
    """The command in this process; what it printed last is in `out` and `err`."""

    def __init__(self, capsys: pytest.CaptureFixture[str], models: Path) -> None:
        self._capsys = capsys
        self.models = models
        self.out = self.err = ""

    def attempt(self, *arguments: str) -> int:
        """Its exit code."""
        code = main(["models", *arguments])
        self.out, self.err = self._capsys.readouterr()
        assert "Traceback" not in self.out + self.err
        assert TOKEN not in self.out + self.err
        return code

    def __call__(self, *arguments: str, exit_code: int = 0) -> str:
        code = self.attempt(*arguments)
        assert code == exit_code, (code, self.out, self.err)
        return self.out if exit_code == 0 else self.err

    def json(self, *arguments: str, exit_code: int = 0) -> Any:
        self(*arguments, "--json", exit_code=exit_code)
        return json.loads(self.out)

    @property
    def files(self) -> list[Path]:
        return [path for path in self.models.glob("*.gguf") if path.is_file()]


@pytest.fixture
def run(
    tmp_path: Path,
    hub_server: HubServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ring: MemoryKeyring,
) -> Run:
    for name in ("HF_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "USERPROFILE", "HF_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "person" / name))
    monkeypatch.setenv("OA_DESKTOP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_ENDPOINT", hub_server.endpoint)
    monkeypatch.setattr(cli_app, "keep_log", lambda _folder: None)
    monkeypatch.setattr(
        estimate, "look_at_machine", lambda _folder: Machine(16 * 10**9, 13 * 10**9, (), 10**12)
    )
    monkeypatch.setattr(downloader, "Tuning", lambda: QUICK)
    monkeypatch.setattr(cli_downloading, "_ASKING", QUICK)
    return Run(capsys, tmp_path / "home" / "data" / "models")


@pytest.fixture
def served(hub_server: HubServer) -> HubServer:
    files = {FILE: CONTENT, "model.Q8_0.gguf": made_model(300_000, 2), "mmproj-F16.gguf": made_model(9000, 3)}
    hub_server.add_repo(REPO, files, downloads=1234, gguf={"total": 7_200_000_000, "architecture": "llama"})
    return hub_server
