"""A store that cannot be opened: what is offered is true, doing it brings it, and no byte of it is lost."""

import asyncio
import errno
import hashlib
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from oa_desktop.errors import StorageError
from oa_desktop.services.recovery import Way, WayKind, find_ways, recover, take, trouble, ways_out
from oa_desktop.store.backup import is_sound
from oa_desktop.store.errors import DiskFull, StoreDamaged, StoreForeign, StoreInUse, StoreLost, StoreNewer
from oa_desktop.store.files import StoreFiles
from oa_desktop.store.lock import InstanceLock
from oa_desktop.store.worker import StoreWorker

from .damaged_stores import (
    BACKED_UP,
    CONVERSATIONS,
    NEWER,
    PAGE,
    Damage,
    at_random,
    every_index,
    foreign_journal,
    forget_in_an_index,
    garbage,
    gone,
    half,
    hundred_bytes,
    nothing,
    random_page,
    whole_foreign_journal,
    with_a_backup,
)

HERE = Path(__file__).parent
RESTORE, SALVAGE, START_OVER = WayKind.RESTORE, WayKind.SALVAGE, WayKind.START_OVER


@pytest.fixture
def files(tmp_path: Path) -> StoreFiles:
    return with_a_backup(tmp_path / "data" / "store.sqlite3")


def refused(files: StoreFiles) -> StorageError:
    with pytest.raises((StoreDamaged, StoreLost)) as raised:
        StoreWorker.open(files.database)
    return raised.value


def ways(files: StoreFiles) -> dict[WayKind, Way]:
    return {way.kind: way for way in find_ways(refused(files), files.database)}


def contents(files: StoreFiles) -> set[str]:
    """What lies in the folder, by content; without the memory SQLite shares, and notes about the store."""
    return {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files.database.parent.iterdir()
        if path.is_file() and path.stat().st_size and not path.name.endswith(("-shm", ".stamp", ".lock"))
    }


def opened(files: StoreFiles) -> tuple[int, int]:
    """Conversations and messages a person finds."""
    worker = StoreWorker.open(files.database)
    try:
        assert worker.notices == ()
        stats = worker.submit(lambda store: store.stats()).result()
        return stats.trees, stats.messages
    finally:
        worker.close()


DAMAGES = {
    "s08-page": (random_page, {RESTORE, SALVAGE, START_OVER}),
    "s09-half": (half, {RESTORE, SALVAGE, START_OVER}),
    "s09-100-bytes": (hundred_bytes, {RESTORE, START_OVER}),
    "s09-0-bytes": (nothing, {RESTORE, START_OVER}),
    "s09-garbage": (garbage, {RESTORE, START_OVER}),
    "s09-gone": (gone, {RESTORE, START_OVER}),
    "s10-other-wal": (foreign_journal, {RESTORE, SALVAGE, START_OVER}),
}
EVERY_DAMAGE = pytest.mark.parametrize(("damage", "kinds"), DAMAGES.values(), ids=DAMAGES.keys())


@EVERY_DAMAGE
def test_only_ways_that_lead_somewhere_are_offered(
    files: StoreFiles, damage: Damage, kinds: set[WayKind]
) -> None:
    damage(files)
    found = ways(files)
    assert set(found) == kinds
    assert list(found)[-1] is START_OVER
    assert found[RESTORE].messages == BACKED_UP
    assert found[RESTORE].conversations == CONVERSATIONS
    assert all(way.title and way.sentence.endswith(".") for way in found.values())


@EVERY_DAMAGE
def test_every_way_brings_what_it_said_and_keeps_every_byte(
    files: StoreFiles, tmp_path: Path, damage: Damage, kinds: set[WayKind]
) -> None:
    damage(files)
    refused(files)
    for kind in kinds:
        copy = StoreFiles(tmp_path / kind / files.database.name)
        shutil.copytree(files.database.parent, copy.database.parent)
        way = ways(copy)[kind]
        before = contents(copy)
        report = take(way, copy.database)
        assert before <= contents(copy)
        assert (report.conversations, report.messages) == (way.conversations, way.messages)
        assert opened(copy) == (report.conversations, report.messages)
        assert all(sentence.endswith(".") and "\n" not in sentence for sentence in report.sentences)
        assert trouble(copy.database) is None


@EVERY_DAMAGE
def test_the_damaged_file_lies_under_another_name(
    files: StoreFiles, damage: Damage, kinds: set[WayKind]
) -> None:
    damage(files)
    was = files.database.read_bytes() if files.database.exists() else None
    journal = files.wal.read_bytes() if files.wal.exists() else b""
    report = take(ways(files)[RESTORE], files.database)
    if was is None:
        assert report.files == ()
        assert "no old file" in report.kept
        return
    assert report.files[0].read_bytes() == was
    assert report.files[0].name in report.kept
    if journal:
        assert StoreFiles(report.files[0]).wal.read_bytes() == journal


def test_s08_what_is_newer_than_the_backup_is_counted_before_and_after(files: StoreFiles) -> None:
    random_page(files)
    way = ways(files)[RESTORE]
    assert way.missing == NEWER
    assert "5 newer messages" in way.sentence
    report = take(way, files.database)
    assert report.missing == NEWER
    assert "5 newer messages are missing" in report.lost


def test_s08_reading_out_counts_what_is_lost(files: StoreFiles) -> None:
    random_page(files)
    way = ways(files)[SALVAGE]
    assert way.missing is not None
    assert way.messages + way.missing == BACKED_UP + NEWER
    report = take(way, files.database)
    assert f"{way.missing} messages could not be read" in report.lost


def test_s08_where_the_file_cannot_be_counted_the_backup_tells_what_is_lost(files: StoreFiles) -> None:
    every_index(files)
    way = ways(files)[SALVAGE]
    assert way.missing
    assert f"{way.missing} messages of the backup cannot" in way.sentence
    assert take(way, files.database).messages == way.messages


def test_s08_without_a_backup_nobody_pretends_to_know_what_is_lost(files: StoreFiles) -> None:
    shutil.rmtree(files.backups)
    every_index(files)
    way = ways(files)[SALVAGE]
    assert way.missing is None
    assert "does not tell how many" in take(way, files.database).lost


def test_s09_half_a_file_still_gives_the_messages_that_are_in_it(files: StoreFiles) -> None:
    half(files)
    assert BACKED_UP // 2 < ways(files)[SALVAGE].messages < BACKED_UP


def test_s10_the_store_is_whole_again_without_the_journal_of_another(files: StoreFiles) -> None:
    foreign_journal(files)
    way, *_ = find_ways(refused(files), files.database)
    assert (way.kind, way.missing) == (SALVAGE, 0)
    take(way, files.database)
    assert opened(files) == (CONVERSATIONS, BACKED_UP + NEWER)


def test_s10_a_whole_journal_of_another_store_is_told_and_what_it_overwrites_is_kept(
    files: StoreFiles,
) -> None:
    was = files.database.read_bytes()
    whole_foreign_journal(files)
    worker = StoreWorker.open(files.database)
    assert [notice.code for notice in worker.notices] == ["store-older-copy"]
    worker.close()
    assert files.database.read_bytes() != was
    (kept,) = (path for path in files.database.parent.glob("*.corrupt-*Z"))
    assert kept.read_bytes() == was


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_s08_whatever_the_damage_every_way_keeps_its_word(files: StoreFiles, tmp_path: Path) -> None:
    taken = 0
    for seed in range(60):
        damaged = StoreFiles(tmp_path / "damaged" / files.database.name)
        shutil.rmtree(damaged.database.parent, ignore_errors=True)
        shutil.copytree(files.database.parent, damaged.database.parent)
        at_random(damaged, random.Random(seed))
        try:
            StoreWorker.open(damaged.database).close()
            continue
        except (StoreDamaged, StoreLost) as error:
            found = find_ways(error, damaged.database)
        for way in found:
            copy = StoreFiles(tmp_path / "copy" / files.database.name)
            shutil.rmtree(copy.database.parent, ignore_errors=True)
            shutil.copytree(damaged.database.parent, copy.database.parent)
            report = take(way, copy.database)
            assert (report.conversations, report.messages) == (way.conversations, way.messages), seed
            assert opened(copy) == (report.conversations, report.messages), seed
            taken += 1
    assert taken > 90


def test_s08_a_schema_that_is_no_text_is_damage_like_any_other(files: StoreFiles) -> None:
    name = b"sqlite_autoindex_conversation_1"
    whole = files.database.read_bytes()
    assert name in whole
    files.database.write_bytes(whole.replace(name, name.replace(b"o", b"\x96", 1)))
    assert RESTORE in ways(files)
    with pytest.raises(StoreDamaged):
        StoreWorker.open(files.database, read_only=True)


def test_without_a_backup_none_is_offered(files: StoreFiles) -> None:
    shutil.rmtree(files.backups)
    garbage(files)
    assert set(ways(files)) == {START_OVER}


def test_s08_a_damaged_backup_is_passed_over_for_an_older_one(files: StoreFiles) -> None:
    (sound,) = files.backups.iterdir()
    damaged = sound.with_name("store-000007-20261122T000000Z.db")
    damaged.write_bytes(sound.read_bytes()[: PAGE * 3])
    nothing(files)
    backup = ways(files)[RESTORE].backup
    assert backup
    assert backup.path == sound


def test_s08_a_backup_that_the_next_start_would_refuse_is_passed_over(files: StoreFiles) -> None:
    (sound,) = files.backups.iterdir()
    newer = sound.with_name("store-000007-20261122T000000Z.db")
    shutil.copy(sound, newer)
    forget_in_an_index(newer)
    assert is_sound(newer)
    garbage(files)
    way = ways(files)[RESTORE]
    assert way.backup
    assert way.backup.path == sound
    take(way, files.database)
    assert opened(files) == (CONVERSATIONS, BACKED_UP)


def test_s08_a_store_that_is_only_wrong_in_an_index_is_read_out_whole(files: StoreFiles) -> None:
    worker = StoreWorker.open(files.database)
    crashed = StoreFiles(files.database.parent.parent / "crashed" / files.database.name)
    shutil.copytree(files.database.parent, crashed.database.parent)
    worker.close()
    forget_in_an_index(crashed.database)
    way, *_ = find_ways(refused(crashed), crashed.database)
    assert (way.kind, way.missing) == (SALVAGE, 0)
    take(way, crashed.database)
    assert opened(crashed) == (CONVERSATIONS, BACKED_UP + NEWER + 1)


def test_s11_nothing_is_offered_for_what_is_not_damage(files: StoreFiles) -> None:
    for problem in (
        StoreNewer(files.database, 12, 9),
        StoreInUse(files.database),
        StoreForeign(files.database),
        DiskFull(),
    ):
        assert find_ways(problem, files.database) == ()


def test_nothing_is_taken_while_the_store_is_open(files: StoreFiles) -> None:
    garbage(files)
    way = ways(files)[START_OVER]
    garbled = files.database.read_bytes()
    lock = InstanceLock(files.lock)
    with pytest.raises(StoreInUse):
        take(way, files.database)
    lock.release()
    assert files.database.read_bytes() == garbled


def test_a_way_that_fails_leaves_everything_as_it_was(
    files: StoreFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    garbage(files)
    way = ways(files)[RESTORE]
    before = contents(files)

    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("oa_desktop.store.recovery.flush_to_disk", no_room)
    with pytest.raises(DiskFull):
        take(way, files.database)
    assert contents(files) == before
    monkeypatch.undo()
    take(way, files.database)


def test_a_sound_store_has_no_trouble_and_a_damaged_one_is_not_changed_by_looking(files: StoreFiles) -> None:
    assert trouble(files.database) is None
    random_page(files)
    before = files.database.read_bytes(), files.database.stat().st_mtime_ns
    problem = trouble(files.database)
    assert isinstance(problem, StoreDamaged)
    find_ways(problem, files.database)
    assert (files.database.read_bytes(), files.database.stat().st_mtime_ns) == before


async def test_the_work_is_done_in_a_thread(files: StoreFiles) -> None:
    garbage(files)
    found = await ways_out(refused(files), files.database)
    looking = asyncio.create_task(recover(found[0], files.database))
    await asyncio.sleep(0)
    assert not looking.done()
    assert (await looking).messages == BACKED_UP


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="forks")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", list(WayKind))
def test_s03_killed_in_the_middle_of_a_recovery_there_is_the_old_store_or_the_new_one(
    tmp_path: Path, kind: WayKind
) -> None:
    child = subprocess.run(
        [sys.executable, HERE / "recovery_child.py", kind, tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    rounds = [json.loads(line) for line in child.stdout.splitlines()]
    assert len(rounds) > 20
    assert {round_["outcome"] for round_ in rounds} == {"old", "new"}
    assert all(round_["damaged_file_kept"] for round_ in rounds)
    assert rounds[-1] == rounds[-1] | {"killed": False, "outcome": "new"}
