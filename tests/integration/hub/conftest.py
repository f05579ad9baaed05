"""A hub client for the local hub, untouched by what the environment of the tests says."""

from collections.abc import Iterator

import pytest
from huggingface_hub import close_session

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_HUB = ("HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, no token, no other hub."""
    for name in (*_HUB, *_PROXIES, *(name.lower() for name in _PROXIES)):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True, scope="module")
def client_of_the_module() -> None:
    """The HTTP client is made anew, within the first test: not in each, since that takes a while."""
    close_session()


@pytest.fixture
def own_client() -> Iterator[None]:
    """For a test that changes what a client looks at when it is made: proxies and certificates."""
    close_session()
    yield
    close_session()
