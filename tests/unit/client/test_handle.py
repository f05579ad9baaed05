"""Addresses of engines."""

import pytest

from oa_desktop.client.errors import EngineAddressInvalid
from oa_desktop.client.handle import EngineHandle, remote_engine


@pytest.mark.parametrize(
    ("address", "base_url"),
    [
        ("http://10.0.0.5:8000", "http://10.0.0.5:8000/v1"),
        (" https://example.org/v1/ ", "https://example.org/v1"),
        ("https://example.org/llm/v1", "https://example.org/llm/v1"),
        ("http://[::1]:8000", "http://[::1]:8000/v1"),
    ],
)
def test_an_address_without_a_path_gets_the_usual_one(address, base_url):
    assert remote_engine(address, "key").base_url == base_url


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            "example.org",
            "ftp://example.org",
            "http://",
            "https://user:pass@example.org",
            "http://x:99999",
        ),
        *("http://x/v1?key=1", "http://x/v1#a", "file:///etc/passwd", "http://[::1", "javascript:alert(1)"),
    ],
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(EngineAddressInvalid):
        remote_engine(address)


@pytest.mark.parametrize("key", ["a b", "ключ", "a\nb"])
def test_what_is_no_key_is_refused(key):
    with pytest.raises(EngineAddressInvalid):
        remote_engine("http://x", key)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:5/v1", True),
        ("http://127.8.8.8/v1", True),
        ("http://localhost:5/v1", True),
        ("http://[::1]:5/v1", True),
        ("http://127.0.0.1.nip.io/v1", False),
        ("http://10.0.0.1/v1", False),
        ("https://localhost.example.org/v1", False),
    ],
)
def test_local_means_this_computer(url, local):
    assert EngineHandle(url, "").is_local is local


def test_a_handle_never_shows_its_key():
    assert "sesame" not in repr(EngineHandle("http://x/v1", "sesame"))
