"""`oa-desktop serve` where it cannot serve, and when its engine goes away."""

import socket
import sys
from collections.abc import Callable
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.integration.client.servers import KEY, our_server

from .conftest import Command

pytestmark = pytest.mark.model


def test_e17_a_port_that_is_taken_is_one_sentence(one_sentence: Callable[..., str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"Port {port} is already in use" in one_sentence("serve", "--port", port)


def test_e17_a_port_is_free_again_as_soon_as_the_server_has_ended(command: Command, tmp_path: Path) -> None:
    with our_server(tmp_path / "first") as first:
        headers = {"Authorization": f"Bearer {KEY}"}
        assert httpx2.get(f"{first.base_url}/models", headers=headers, trust_env=False).status_code == 200
    with our_server(tmp_path / "second", port=first.port) as second:
        assert second.port == first.port
        assert httpx2.get(f"{second.base_url}/models", headers=headers, trust_env=False).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.7", "example.org"])
def test_it_serves_this_computer_only(one_sentence: Callable[..., str], host: str) -> None:
    assert "this computer only" in one_sentence("serve", "--host", host, exit_code=2)


@pytest.mark.parametrize("key", ["short", "a key with spaces in it", "ключ-из-многих-букв"])
def test_a_key_that_cannot_be_used_is_one_sentence(one_sentence: Callable[..., str], key: str) -> None:
    assert "16 characters or more" in one_sentence("serve", "--token", key, exit_code=2)


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_e01_when_its_engine_is_killed_it_says_so_and_ends(tmp_path: Path) -> None:
    with our_server(tmp_path) as served:
        command = psutil.Process(served.pid)
        (engine,) = command.children()
        engine.kill()
        assert command.wait(20) == 1
    assert "signal 9" in served.last_words
    assert "Traceback" not in served.last_words
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", served.port), timeout=2)
