"""The token's place: a keyring in memory, and real ones that fail."""

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.backends.chainer import ChainerBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from oa_desktop.hub.errors import HubError
from oa_desktop.hub.tokens import TokenStore

TOKEN = "hf_abcdefSECRET"


class InMemory(KeyringBackend):
    """Keeps passwords as long as it lives."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.reads = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.reads += 1
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


class Locked(InMemory):
    """A keyring whose owner does not unlock it."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked(f"locked {TOKEN}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"no bus for {password}")


class Forgetful(InMemory):
    """Says yes and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None: ...


class PlainFile(InMemory):
    """As keyrings.alt has it: a file anybody can read."""


PlainFile.__module__ = "keyrings.alt.file"


@pytest.fixture(autouse=True)
def usual_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.fixture
def memory() -> InMemory:
    backend = InMemory()
    keyring.set_keyring(backend)
    return backend


def test_a_token_is_kept_in_the_keyring_and_found_by_the_next_start(memory: InMemory) -> None:
    TokenStore(environment={}).set(f"  {TOKEN}\n")
    assert memory.kept == {("oa-desktop", "https://huggingface.co"): TOKEN}
    store = TokenStore(environment={})
    assert (store.get(), store.where()) == (TOKEN, "keyring")
    store.delete()
    assert (store.get(), store.where(), memory.kept) == (None, "", {})
    store.delete()


def test_the_token_of_one_hub_is_not_told_to_another(memory: InMemory) -> None:
    TokenStore(environment={}).set(TOKEN)
    assert TokenStore("https://mirror.example", {}).get() is None


def test_the_environment_wins_and_is_never_stored(memory: InMemory) -> None:
    store = TokenStore(environment={"HF_TOKEN": " hf_of_the_environment "})
    assert (store.get(), store.where()) == ("hf_of_the_environment", "environment")
    store.set(TOKEN)
    assert store.get() == "hf_of_the_environment"
    assert list(memory.kept.values()) == [TOKEN]


def test_the_keyring_is_read_once(memory: InMemory) -> None:
    store = TokenStore(environment={})
    assert [store.get(), store.get(), store.where()] == [None, None, ""]
    assert memory.reads == 1


@pytest.mark.parametrize("backend", [fail.Keyring(), null.Keyring(), PlainFile()])
def test_without_a_keyring_the_person_is_told_what_to_do(backend: KeyringBackend) -> None:
    keyring.set_keyring(backend)
    store = TokenStore(environment={})
    assert store.get() is None
    for change in (lambda: store.set(TOKEN), store.delete):
        with pytest.raises(HubError) as caught:
            change()
        assert caught.value.code == "keyring-missing"
        assert "HF_TOKEN" in caught.value.hint
    assert store.get() is None


def test_a_real_keyring_is_taken_from_among_others(monkeypatch: pytest.MonkeyPatch) -> None:
    real = InMemory()
    monkeypatch.setattr(ChainerBackend, "backends", [PlainFile(), real])
    keyring.set_keyring(ChainerBackend())
    TokenStore(environment={}).set(TOKEN)
    assert list(real.kept.values()) == [TOKEN]


@pytest.mark.parametrize("backend", [Locked(), Forgetful()])
def test_a_keyring_that_does_not_keep_it_is_told_of_without_the_token(
    backend: KeyringBackend, caplog: pytest.LogCaptureFixture
) -> None:
    keyring.set_keyring(backend)
    store = TokenStore(environment={})
    with pytest.raises(HubError) as caught:
        store.set(TOKEN)
    assert caught.value.code == "keyring-failed"
    assert store.get() is None
    assert caught.value.__cause__ is None
    assert TOKEN not in "".join((*caplog.messages, caught.value.sentence, caught.value.detail, repr(store)))


@pytest.mark.parametrize("token", ["", "  ", "two words", "hf_\nx", "hf_ä", "x" * 1001, "hf_\0x"])
def test_what_is_no_token_is_not_kept(memory: InMemory, token: str) -> None:
    with pytest.raises(HubError) as caught:
        TokenStore(environment={}).set(token)
    assert caught.value.code == "token-invalid"
    assert memory.kept == {}
