"""U01, U02, U03: no string reaches the network or a file, or ends the process, and all stays readable."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.safe_cases import BLOCKS, CONTROLS, STREAMED

PROGRAM = Path(__file__).with_name("safe_cases.py")


class ListeningPort:
    """A loopback port that counts who calls."""

    def __init__(self) -> None:
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def port() -> Iterator[ListeningPort]:
    listening = ListeningPort()
    yield listening
    listening.close()


def poison(port: int) -> str:
    host = f"http://127.0.0.1:{port}"
    return f'<img src="{host}/x"> ![]({host}/y) <style>@import url({host}/z)</style> std::vector<int> end'


def show(name: str, text: str, timeout_s: float = 60) -> list[str]:
    """Texts on screen when a case shows `text`. Fails when the process dies, hangs or QML warns."""
    done = subprocess.run(
        [sys.executable, PROGRAM, name, text],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["warnings"] == []
    return seen["texts"]


@pytest.mark.parametrize("name", CONTROLS)
def test_u01_a_poisoned_string_in_every_control(name: str, port: ListeningPort) -> None:
    text = poison(port.port)
    texts = show(name, text)
    assert text in texts
    assert port.calls == 0


@pytest.mark.parametrize("name", BLOCKS)
def test_u01_a_poisoned_string_in_every_block(name: str, port: ListeningPort) -> None:
    texts = show(name, poison(port.port))
    shown = "\n".join(texts)
    assert "std::vector<int> end" in shown
    assert f'<img src="http://127.0.0.1:{port.port}/x">' in shown
    assert port.calls == 0


@pytest.mark.parametrize("name", STREAMED)
def test_u02_a_poisoned_string_streamed_character_by_character(name: str, port: ListeningPort) -> None:
    shown = "\n".join(show(name, poison(port.port)))
    assert "std::vector<int> end" in shown
    assert port.calls == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of Unix")
@pytest.mark.parametrize("name", ["paragraph", "table", "link text", "list"])
def test_u03_a_named_pipe_as_image_is_never_opened(name: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = f'<img src="file://{pipe}"> ![a](file://{pipe}) ![b]({pipe}) std::vector<int> end'
    assert "std::vector<int> end" in "\n".join(show(name, text, timeout_s=30))


@pytest.mark.parametrize(
    "address", ["file:///dev/zero", "/dev/zero", "//host/share/x.png", "data:image/png;base64,AA"]
)
def test_u03_an_image_of_a_device_a_share_or_data_is_text(address: str) -> None:
    text = f'<img src="{address}"> ![a]({address}) end'
    shown = "\n".join(show("paragraph", text, timeout_s=30))
    assert f"[image: a] {address} end" in shown
