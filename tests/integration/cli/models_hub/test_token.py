"""`oa-desktop models token`: what opens a gated repository, kept in the keyring alone."""

import keyring
import pytest
from keyring.backends import fail

from tests.hub_server import HubServer
from tests.memory_keyring import MemoryKeyring

from .conftest import CONTENT, FILE, REPO, TOKEN, Run


def test_d06_a_gated_repository_says_what_to_do_and_a_token_opens_it(
    run: Run, hub_server: HubServer, ring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub_server.add_repo(REPO, {FILE: CONTENT}, gated=True)
    hub_server.add_token(TOKEN, user="somebody", accepted=[REPO])
    said = run("download", REPO, FILE, exit_code=1)
    assert f"{hub_server.endpoint}/{REPO}" in said
    assert "oa-desktop models token set" in said
    monkeypatch.setattr("sys.stdin", _Lines(f"{TOKEN}\n"))
    assert "somebody" in run("token", "set")
    assert list(ring.kept.values()) == [TOKEN]
    run("download", REPO, FILE)
    assert [file.read_bytes() for file in run.files] == [CONTENT]
    assert not [request for request in hub_server.seen("cdn") if "authorization" in request.headers]
    assert run.json("token", "show") == {"place": "keyring", "name": "somebody", "problem": None}
    run("token", "remove")
    assert ring.kept == {}
    assert "no token" in run("token", "show")


@pytest.mark.parametrize("given", ["", "\n", "two words\n", "häslich\n", "a\x00b\n"])
def test_what_is_no_token_is_refused_without_asking_anybody(
    run: Run, hub_server: HubServer, ring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setattr("sys.stdin", _Lines(given))
    assert "no token" in run("token", "set", exit_code=2)
    assert ring.kept == {}
    assert hub_server.requests == []


def test_a_token_the_hub_does_not_know_is_not_kept(
    run: Run, hub_server: HubServer, ring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", _Lines(f"{TOKEN}\n"))
    run("token", "set", exit_code=1)
    assert ring.kept == {}


def test_without_a_keyring_a_token_is_refused_and_what_to_do_is_said(
    run: Run, hub_server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub_server.add_token(TOKEN)
    keyring.set_keyring(fail.Keyring())
    monkeypatch.setattr("sys.stdin", _Lines(f"{TOKEN}\n"))
    assert "HF_TOKEN" in run("token", "set", exit_code=1)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert run.json("token", "show")["place"] == "environment"


class _Lines:
    """Standard input that is no terminal."""

    def __init__(self, text: str) -> None:
        self._text = text

    def isatty(self) -> bool:
        return False

    def readline(self) -> str:
        return self._text
