"""A hub client for the local hub, untouched by what the environment of the tests says."""

from collections.abc import Iterator

import pytest
from huggingface_hub import close_session

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_HUB = ("HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No proxy, no token, no other hub; and an HTTP client that is made under these circumstances."""
    for name in (*_HUB, *_PROXIES, *(name.lower() for name in _PROXIES)):
        monkeypatch.delenv(name, raising=False)
    close_session()
    yield
    close_session()
