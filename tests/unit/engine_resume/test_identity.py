"""Which models and settings may share saved states."""

import os
from pathlib import Path

import pytest

from oa_desktop.engine.resume.identity import state_key

LARGE = 64 << 20
KIND = "llama.cpp 0.3.36 f16 flash=True"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A file with nothing in it that takes no room on the disk."""
    path = tmp_path / "model.gguf"
    with path.open("wb") as file:
        file.truncate(LARGE)
    return path


def write_in_place(path: Path, offset: int, data: bytes, *, keep_time: bool) -> None:
    facts = path.stat()
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)
    if keep_time:
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def test_the_same_file_and_settings_have_the_same_key(model: Path):
    assert state_key([model], KIND) == state_key([model], KIND)
    assert len(state_key([model], KIND)) == 32


def test_a_renamed_file_is_the_same_model(model: Path):
    before = state_key([model], KIND)
    assert state_key([model.rename(model.with_name("other.gguf"))], KIND) == before


def test_other_settings_have_another_key(model: Path):
    assert state_key([model], KIND) != state_key([model], KIND.replace("f16", "q8_0"))


@pytest.mark.parametrize("offset", [0, 1000, (16 << 20) - 1])
def test_every_byte_of_the_header_counts_even_when_the_time_is_kept(model: Path, offset: int):
    before = state_key([model], KIND)
    write_in_place(model, offset, b"x", keep_time=True)
    assert state_key([model], KIND) != before


def test_other_weights_have_another_key_even_when_the_time_is_kept(model: Path):
    before = state_key([model], KIND)
    write_in_place(model, 40 << 20, os.urandom(1 << 20), keep_time=True)
    assert state_key([model], KIND) != before


def test_one_weight_changed_in_place_has_another_key_by_its_time(model: Path):
    before = state_key([model], KIND)
    facts = model.stat()
    write_in_place(model, (16 << 20) + 5000, b"x", keep_time=False)
    os.utime(model, ns=(facts.st_atime_ns, facts.st_mtime_ns + 1_000_000_000))
    assert state_key([model], KIND) != before


def test_another_size_is_another_model(model: Path):
    before = state_key([model], KIND)
    facts = model.stat()
    os.truncate(model, LARGE + 1)
    os.utime(model, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert state_key([model], KIND) != before


def test_every_part_of_a_split_model_counts(model: Path, tmp_path: Path):
    second = tmp_path / "second.gguf"
    second.write_bytes(b"part")
    both = state_key([model, second], KIND)
    assert both != state_key([model], KIND)
    second.write_bytes(b"trap")
    assert state_key([model, second], KIND) != both


def test_a_model_that_cannot_be_read_has_no_key(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        state_key([tmp_path / "missing.gguf"], KIND)
