"""A saved state that is not as it was sealed is removed, counted, and the prompt is read."""

import shutil
import struct
from pathlib import Path

import pytest

from oa_desktop.engine.resume.seal import StateRefused, read_seal

from .branches import KEY, PROMPT, Engine, expected, names, reads_it_again, words
from .conftest import posix_only

FOOTER_BYTES = 8 + 8 + 4 + 4 + 3 * 16 + 32


def flip(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 0x40
    path.write_bytes(data)


def test_a_sound_file_is_used(saved: Path, tmp_path: Path):
    assert Engine(tmp_path).ask(PROMPT).end.reused_tokens == 299


@pytest.mark.parametrize("from_end", range(1, FOOTER_BYTES + 1))
def test_every_byte_of_the_seal_counts(saved: Path, tmp_path: Path, from_end: int):
    flip(saved, -from_end)
    reads_it_again(tmp_path)
    assert not saved.exists()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.7, 0.79, 0.81, 0.9, 0.95])
def test_a_flipped_bit_anywhere_in_the_state_or_the_tokens_is_noticed(saved: Path, tmp_path: Path, share):
    flip(saved, int(share * (saved.stat().st_size - FOOTER_BYTES)))
    reads_it_again(tmp_path)
    assert not saved.exists()


@pytest.mark.parametrize("left", [0, 1, 50, FOOTER_BYTES, 1000, -1, -FOOTER_BYTES])
def test_a_file_that_was_cut_short_is_noticed(saved: Path, tmp_path: Path, left: int):
    saved.write_bytes(saved.read_bytes()[:left])
    reads_it_again(tmp_path)
    assert not saved.exists()


def test_a_file_that_grew_is_noticed(saved: Path, tmp_path: Path):
    saved.write_bytes(saved.read_bytes() + b"more")
    reads_it_again(tmp_path)
    assert not saved.exists()


def test_damage_after_the_start_of_the_engine_is_noticed_and_counted(saved: Path, tmp_path: Path):
    engine = Engine(tmp_path)
    flip(saved, 500)
    answer = engine.ask(PROMPT)
    assert answer.texts == [expected(PROMPT)]
    assert answer.end.reused_tokens == 0
    assert engine.saved.counts().refused == 1
    assert not saved.exists()
    engine.save()
    assert Engine(tmp_path).ask(PROMPT).end.reused_tokens == 299


def test_what_hangs_on_a_damaged_file_goes_with_it(saved: Path, tmp_path: Path):
    engine = Engine(tmp_path)
    engine.ask([*PROMPT, *words(100, 5)])
    engine.save()
    assert len(names(tmp_path)) == 2
    flip(saved, 500)
    later = Engine(tmp_path)
    assert later.ask([*PROMPT, *words(100, 5)]).end.reused_tokens == 0
    assert not names(tmp_path)


def test_a_branch_without_what_it_hangs_on_is_cleared_away(saved: Path, tmp_path: Path):
    engine = Engine(tmp_path)
    engine.ask([*PROMPT, *words(100, 5)])
    engine.save()
    saved.unlink()
    assert Engine(tmp_path).saved.counts().branches == 0
    assert not names(tmp_path)


def test_a_file_of_another_model_does_not_pass_for_one_of_ours(saved: Path, tmp_path: Path):
    other = tmp_path / ("cd" * 16)
    other.mkdir()
    shutil.copy(saved, other)
    engine = Engine(tmp_path, key="cd" * 16)
    assert engine.ask(PROMPT).end.reused_tokens == 0
    assert not (other / saved.name).exists()
    assert saved.exists(), "the other one's own file stays"


def test_a_file_under_the_name_of_another_is_refused(saved: Path, tmp_path: Path):
    wrong = saved.with_name("0" * 32 + ".kv")
    saved.rename(wrong)
    reads_it_again(tmp_path)
    assert not wrong.exists()


@posix_only
def test_a_file_that_says_it_holds_billions_of_tokens_is_refused_unread(tmp_path: Path):
    count = 2**32 - 1
    fields = struct.pack(
        "<8sQII16s16s16s", b"OADKVST1", 0, 0, count, bytes.fromhex(KEY), bytes(16), bytes(16)
    )
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.seek(4 * count)  # a hole takes no room on the disk
        file.write(fields + bytes(32))
    with huge.open("rb") as file, pytest.raises(StateRefused, match="size"):
        read_seal(file, KEY, 0)


def test_a_file_that_is_gone_is_no_fault(saved: Path, tmp_path: Path):
    engine = Engine(tmp_path)
    saved.unlink()
    assert engine.ask(PROMPT).end.reused_tokens == 0
    assert engine.saved.counts().refused == 0
