"""A hub client for the local hub."""

from collections.abc import Iterator

import pytest
from huggingface_hub import close_session


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
