"""A scheduler over the fake backend, for tests that bring none of their own."""

import pytest

from oa_desktop.engine.fake import FakeBackend
from oa_desktop.engine.scheduler import Scheduler


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend(n_ctx=256, cells=1024, max_sequences=16)


@pytest.fixture
def scheduler(backend: FakeBackend) -> Scheduler:
    return Scheduler(backend, step_tokens=64)
