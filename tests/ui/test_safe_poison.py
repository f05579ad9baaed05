"""U01, U02, U03: no string reaches the network or a file, or ends the process, and all stays readable."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.ui.safe_cases import BLOCKS, CONTROLS, STREAMED

PROGRAM = Path(__file__).with_name("safe_cases.py")


class ListeningPort:
    """A loopback port that answers nobody and tells who called."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=100)
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]

    def close(self) -> int:
        """How many called."""
        calls = 0
        with self._socket:
            while True:
                try:
                    self._socket.accept()[0].close()
                except BlockingIOError:
                    return calls
                calls += 1


@dataclass(frozen=True)
class Shown:
    """What a case showed, and how often anybody called the port that its poison names."""

    texts: list[str]
    port: int
    calls: int


def poison(port: int) -> str:
    host = f"http://127.0.0.1:{port}"
    return f'<img src="{host}/x"> ![]({host}/y) <style>@import url({host}/z)</style> std::vector<int> end'


def show(cases: list[tuple[str, str]]) -> list[list[str]]:
    """Texts on screen for each case and its poison. Fails when the process dies, hangs or QML warns."""
    done = subprocess.run(
        [sys.executable, PROGRAM],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        timeout=100,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 0, done.stderr
    seen = [json.loads(line) for line in done.stdout.splitlines()]
    assert [case["warnings"] for case in seen] == [[]] * len(cases)
    return [case["texts"] for case in seen]


@cache
def shown(names: tuple[str, ...]) -> dict[str, Shown]:
    """Shows cases in one process: starting one takes longer than showing them all."""
    ports = {name: ListeningPort() for name in names}
    texts = show([(name, poison(port.port)) for name, port in ports.items()])
    return {
        name: Shown(text, port.port, port.close())
        for (name, port), text in zip(ports.items(), texts, strict=True)
    }


@pytest.mark.parametrize("name", CONTROLS)
def test_u01_a_poisoned_string_in_every_control(name: str) -> None:
    seen = shown(tuple(CONTROLS))[name]
    assert poison(seen.port) in seen.texts
    assert seen.calls == 0


@pytest.mark.parametrize("name", BLOCKS)
def test_u01_a_poisoned_string_in_every_block(name: str) -> None:
    seen = shown(tuple(BLOCKS))[name]
    text = "\n".join(seen.texts)
    assert "std::vector<int> end" in text
    assert f'<img src="http://127.0.0.1:{seen.port}/x">' in text
    assert seen.calls == 0


@pytest.mark.parametrize("name", STREAMED)
def test_u02_a_poisoned_string_streamed_character_by_character(name: str) -> None:
    seen = shown(tuple(STREAMED))[name]
    assert "std::vector<int> end" in "\n".join(seen.texts)
    assert seen.calls == 0


def test_the_port_of_the_poison_hears_who_calls() -> None:
    listening = ListeningPort()
    socket.create_connection(("127.0.0.1", listening.port)).close()
    assert listening.close() == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of Unix")
def test_u03_a_named_pipe_as_image_is_never_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = f'<img src="file://{pipe}"> ![a](file://{pipe}) ![b]({pipe}) std::vector<int> end'
    for texts in show([(name, text) for name in ("paragraph", "table", "link text", "list")]):
        assert "std::vector<int> end" in "\n".join(texts)


def test_u03_an_image_of_a_device_a_share_or_data_is_text() -> None:
    addresses = ("file:///dev/zero", "/dev/zero", "//host/share/x.png", "data:image/png;base64,AA")
    seen = show([("paragraph", f'<img src="{address}"> ![a]({address}) end') for address in addresses])
    for address, texts in zip(addresses, seen, strict=True):
        assert f"[image: a] {address} end" in "\n".join(texts)
