"""The hub server as a fixture."""

from collections.abc import Iterator

import pytest

from .server import HubServer


@pytest.fixture
def hub_server() -> Iterator[HubServer]:
    """A hub on loopback, empty."""
    with HubServer() as server:
        yield server
