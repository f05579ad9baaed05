"""Backups are checked before they count, thinned out, and can take the place of a lost store."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oa_desktop.store import checks
from oa_desktop.store.backup import is_sound, list_backups, remove_halves, roll_backups, take_backup
from oa_desktop.store.connection import connect
from oa_desktop.store.errors import NoSoundBackup, StoreDamaged, StoreInUse, StoreLost
from oa_desktop.store.files import StoreFiles
from oa_desktop.store.recovery import newest_sound_backup, restore_backup, salvage, start_over
from oa_desktop.store.session import Session
from oa_desktop.store.store import Store

from .trees import answer, started


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def titles(store: Store) -> list[str]:
    return [line.title for line in store.conversations.list()]


def filled(files: StoreFiles, messages: int = 1) -> None:
    session = Session(files)
    root = started(session.store, "a needle", title="saved")
    session.store.messages.add([answer(root, f"Answer {i}. " + "x" * 700) for i in range(messages - 1)])
    take_backup(session.store.messages.db, files.backups)
    session.close()


def test_a_backup_is_one_whole_file_of_its_own(store: Store, folder: Path) -> None:
    started(store, title="kept")
    taken = take_backup(store.messages.db, folder)
    assert list(folder.iterdir()) == [taken.path]
    copy = connect(taken.path, mode="ro")
    assert checks.row_counts(copy) == checks.row_counts(store.messages.db)
    assert titles(Store(copy)) == ["kept"]
    copy.close()
    assert is_sound(taken.path)
    assert list_backups(folder) == [taken]


def test_backups_are_numbered_in_the_order_they_were_taken(store: Store, folder: Path) -> None:
    taken = [take_backup(store.messages.db, folder) for _ in range(3)]
    assert [backup.number for backup in taken] == [1, 2, 3]
    assert list_backups(folder) == taken[::-1]


def test_one_backup_a_day_and_none_of_nothing(store: Store, folder: Path) -> None:
    assert roll_backups(store.messages.db, folder) is None
    started(store)
    assert roll_backups(store.messages.db, folder) is not None
    assert roll_backups(store.messages.db, folder) is None
    assert len(list_backups(folder)) == 1


def test_old_backups_are_thinned_out_when_a_new_one_is_there(store: Store, folder: Path) -> None:
    started(store)
    today = datetime.now(UTC)
    for number in range(1, 401):
        day = today - timedelta(days=401 - number)
        folder.mkdir(exist_ok=True)
        (folder / f"store-{number:06d}-{day:%Y%m%dT%H%M%SZ}.db").touch()
    (folder / "mine.db").touch()
    taken = roll_backups(store.messages.db, folder)
    left = list_backups(folder)
    assert left[0] == taken
    assert 12 < len(left) < 40
    assert (folder / "mine.db").exists()


def test_s21_a_backup_that_was_cut_off_is_removed_and_the_others_stay(store: Store, folder: Path) -> None:
    started(store)
    whole = take_backup(store.messages.db, folder)
    half = folder / "store-000002-20261122T000000Z.db.tmp"
    half.write_bytes(whole.path.read_bytes()[:5000])
    assert list_backups(folder) == [whole]
    remove_halves(folder)
    assert list(folder.iterdir()) == [whole.path]


def test_s21_a_backup_without_room_leaves_the_older_ones(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(store)
    whole = take_backup(store.messages.db, folder)
    monkeypatch.setattr("oa_desktop.store.backup.flush_to_disk", _no_room)
    with pytest.raises(OSError, match="No space"):
        take_backup(store.messages.db, folder)
    assert list(folder.iterdir()) == [whole.path]


def _no_room(path: Path) -> None:
    raise OSError(28, "No space left on device")


def test_s08_the_newest_sound_backup_takes_the_place_of_a_damaged_store(files: StoreFiles) -> None:
    filled(files)
    newest = list_backups(files.backups)[0]
    broken = newest.path.with_name("store-000009-20261122T000000Z.db")
    broken.write_bytes(newest.path.read_bytes()[:6000])
    files.database.write_bytes(b"garbage")
    with pytest.raises(StoreDamaged):
        Session(files)
    assert newest_sound_backup(files) == newest
    with pytest.raises(NoSoundBackup):
        restore_backup(files, list_backups(files.backups)[0])
    restore_backup(files, newest)
    session = Session(files)
    assert titles(session.store) == ["saved"]
    assert session.notices == ()
    session.close()
    (aside,) = files.database.parent.glob("*.replaced-*")
    assert aside.read_bytes() == b"garbage"


def test_s09_a_lost_store_is_restored_from_its_backup(files: StoreFiles) -> None:
    filled(files)
    files.database.unlink()
    with pytest.raises(StoreLost):
        Session(files)
    restore_backup(files, newest_sound_backup(files))
    session = Session(files)
    assert titles(session.store) == ["saved"]
    session.close()


def test_nothing_is_restored_while_the_store_is_open(files: StoreFiles) -> None:
    filled(files)
    session = Session(files)
    with pytest.raises(StoreInUse):
        restore_backup(files, newest_sound_backup(files))
    with pytest.raises(StoreInUse):
        start_over(files)
    assert titles(session.store) == ["saved"]
    session.close()


def test_without_a_backup_that_is_said(files: StoreFiles) -> None:
    with pytest.raises(NoSoundBackup) as raised:
        newest_sound_backup(files)
    assert raised.value.hint


def test_starting_over_keeps_the_old_files(files: StoreFiles) -> None:
    filled(files)
    files.database.write_bytes(b"garbage")
    start_over(files)
    session = Session(files)
    assert titles(session.store) == []
    session.close()
    assert [path.read_bytes() for path in files.database.parent.glob("*.replaced-*")] == [b"garbage"]


def test_s08_what_can_be_read_of_a_damaged_store_is_saved_and_losses_are_counted(files: StoreFiles) -> None:
    filled(files, messages=400)
    pages = files.database.stat().st_size // 4096
    whole = files.database.read_bytes()
    texts = [
        page for page in range(1, pages) if whole[page * 4096 : page * 4096 + 4096].count(b"x" * 700) > 3
    ]
    with files.database.open("r+b") as file:
        for page in texts[5:8]:
            file.seek(4096 * page)
            file.write(os.urandom(4096))
    with pytest.raises(StoreDamaged):
        Session(files)
    recovered = salvage(files)
    assert recovered.rows["conversation"] == 1
    assert 380 < recovered.rows["message"] < 400
    assert recovered.lost == {"message": 400 - recovered.rows["message"]}
    session = Session(files)
    tree = session.store.messages.tree(session.store.conversations.list()[0].tree_id)
    assert len(tree) == recovered.rows["message"]
    assert [hit.title for hit in session.store.search("needle")] == ["saved"]
    session.close()


def test_s08_a_file_of_which_nothing_is_left_says_so(files: StoreFiles) -> None:
    filled(files)
    files.database.write_bytes(b"garbage" * 1000)
    with pytest.raises(StoreDamaged):
        salvage(files)
    assert files.database.read_bytes() == b"garbage" * 1000
