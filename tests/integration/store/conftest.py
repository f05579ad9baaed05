"""Real database files in a folder of the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from oa_desktop.store.files import StoreFiles
from oa_desktop.store.session import Session
from oa_desktop.store.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "profile" / "oa-desktop.db"


@pytest.fixture
def files(path: Path) -> StoreFiles:
    return StoreFiles(path)


@pytest.fixture
def store(files: StoreFiles) -> Iterator[Store]:
    session = Session(files)
    yield session.store
    session.close()
