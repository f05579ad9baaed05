"""A token is kept once the hub knows it, and what was kept before stays when it does not."""

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend

from oa_desktop.hub.api import Hub
from oa_desktop.hub.errors import HubError
from oa_desktop.hub.tokens import TokenStore
from oa_desktop.services.downloads.hub_search import HubSearch
from tests.hub_server import HubServer


class InMemory(KeyringBackend):
    """Keeps passwords as long as it lives."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[username]


@pytest.fixture
def kept() -> Iterator[dict[str, str]]:
    before = keyring.get_keyring()
    backend = InMemory()
    keyring.set_keyring(backend)
    yield backend.kept
    keyring.set_keyring(before)


def search(server: HubServer, environment: dict[str, str] | None = None) -> HubSearch:
    server.add_token("hf_mine", user="ann")
    tokens = TokenStore(server.endpoint, environment or {})
    return HubSearch(lambda: Hub(server.endpoint, tokens.get), lambda: tokens)


def test_a_token_the_hub_knows_is_kept_under_its_name(hub_server: HubServer, kept: dict[str, str]) -> None:
    asking = search(hub_server)
    assert asking.keep_token(" hf_mine\n") == "ann"
    assert kept == {hub_server.endpoint: "hf_mine"}
    assert asking.token_place() == "keyring"
    asking.forget_token()
    assert (kept, asking.token_place()) == ({}, "")


@pytest.mark.parametrize("environment", [{}, {"HF_TOKEN": "hf_of_the_environment"}])
def test_a_token_the_hub_does_not_know_changes_nothing(
    hub_server: HubServer, kept: dict[str, str], environment: dict[str, str]
) -> None:
    kept[hub_server.endpoint] = "hf_before"
    with pytest.raises(HubError) as caught:
        search(hub_server, environment).keep_token("hf_mistyped")
    assert caught.value.code == "token-refused"
    assert kept == {hub_server.endpoint: "hf_before"}


@pytest.mark.parametrize("token", ["", " ", "two words"])
def test_what_is_no_token_changes_nothing(hub_server: HubServer, kept: dict[str, str], token: str) -> None:
    with pytest.raises(HubError) as caught:
        search(hub_server).keep_token(token)
    assert caught.value.code == "token-invalid"
    assert kept == {}
