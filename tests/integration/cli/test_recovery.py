"""`oa-desktop doctor` on a damaged store: it names the ways out, and takes the one that was asked for."""

import shutil
from pathlib import Path

import pytest

from oa_desktop.store.files import StoreFiles
from oa_desktop.store.worker import StoreWorker
from tests.integration.services.damaged_stores import (
    BACKED_UP,
    CONVERSATIONS,
    NEWER,
    garbage,
    half,
    nothing,
    random_page,
    with_a_backup,
)

from .conftest import Command


@pytest.fixture
def files(command: Command) -> StoreFiles:
    return with_a_backup(command.home / "data" / "store.sqlite3")


def conversations_finding(command: Command, exit_code: int = 1) -> dict[str, str]:
    report = command.json("doctor", exit_code=exit_code)
    (found,) = (finding for finding in report["findings"] if finding["topic"] == "conversations")
    return found


def test_s08_the_doctor_sees_a_damaged_page_and_names_the_ways(command: Command, files: StoreFiles) -> None:
    random_page(files)
    before = files.database.read_bytes(), files.database.stat().st_mtime_ns
    found = conversations_finding(command)
    assert found["level"] == "problem"
    assert "damaged" in found["sentence"]
    assert "oa-desktop doctor --restore" in found["hint"]
    assert "oa-desktop doctor --salvage" in found["hint"]
    assert f"{BACKED_UP} messages" in found["hint"]
    assert "--restore" in command("doctor", exit_code=1).stdout
    assert (files.database.read_bytes(), files.database.stat().st_mtime_ns) == before


@pytest.mark.parametrize("damage", [garbage, half, nothing], ids=["s09-garbage", "s09-half", "s09-0-bytes"])
def test_restoring_brings_the_backup_and_keeps_the_damaged_file(
    command: Command, files: StoreFiles, damage
) -> None:
    damage(files)
    was = files.database.read_bytes()
    done = command.json("doctor", "--restore")
    assert (done["kind"], done["conversations"], done["messages"]) == ("restore", CONVERSATIONS, BACKED_UP)
    assert Path(done["files"][0]).read_bytes() == was
    assert command.json("stats")["messages"] == BACKED_UP
    assert conversations_finding(command, exit_code=0)["level"] == "ok"


def test_s08_salvaging_says_what_it_did(command: Command, files: StoreFiles) -> None:
    random_page(files)
    now, lost, kept = command("doctor", "--salvage").stdout.splitlines()
    messages = command.json("stats")["messages"]
    assert now == f"The store holds {CONVERSATIONS} conversations with {messages} messages now."
    assert lost.startswith(f"{BACKED_UP + NEWER - messages} messages could not be read")
    assert "replaced-" in kept


def test_a_store_in_order_is_left_alone(command: Command, files: StoreFiles) -> None:
    before = files.database.read_bytes()
    assert "in order" in command("doctor", "--restore", exit_code=1).stderr
    assert "in order" in command("doctor", "--salvage", "--json", exit_code=1).stderr
    assert files.database.read_bytes() == before


def test_what_cannot_be_done_is_said_with_what_can(command: Command, files: StoreFiles) -> None:
    garbage(files)
    refused = command("doctor", "--salvage", exit_code=1)
    assert refused.stdout == ""
    assert "Nothing of the file can be read." in refused.stderr
    assert "--restore" in refused.stderr
    shutil.rmtree(files.backups)
    assert "no sound backup" in command("doctor", "--restore", exit_code=1).stderr
    assert "empty store" in conversations_finding(command)["hint"]


def test_s11_a_newer_store_is_not_replaced(command: Command, files: StoreFiles) -> None:
    worker = StoreWorker.open(files.database)
    worker.submit(lambda store: store.messages.db.conn.execute("PRAGMA user_version = 99")).result()
    worker.close()
    before = files.database.read_bytes()
    assert "newer version" in command("doctor", "--restore", exit_code=1).stderr
    assert files.database.read_bytes() == before


def test_s13_nothing_is_replaced_while_the_store_is_open(command: Command, files: StoreFiles) -> None:
    worker = StoreWorker.open(files.database)
    random_page(files)
    before = files.database.read_bytes()
    assert "already open" in command("doctor", "--restore", exit_code=1).stderr
    assert files.database.read_bytes() == before
    worker.close()


def test_one_way_at_a_time(command: Command) -> None:
    assert "Choose one" in command("doctor", "--restore", "--salvage", exit_code=2).stderr
