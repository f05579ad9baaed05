"""Killed at any moment, the store keeps what it promised and never shows half a change."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from oa_desktop.conversation.message import MessageId, MessageState
from oa_desktop.store import checks
from oa_desktop.store.files import StoreFiles
from oa_desktop.store.session import Session

HERE = Path(__file__).parent
KILLS = 24


def written_until_killed(database: Path, lines: int) -> list[list[str]]:
    """What a writing program promised before it was killed in the middle of its work."""
    with subprocess.Popen(
        [sys.executable, HERE / "writer_child.py", database], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        promised = [child.stdout.readline() for _ in range(lines)]
        child.kill()
        promised += child.stdout.readlines()
    whole = [line.split() for line in promised if line.endswith("\n")]
    assert len(whole) >= lines
    return whole


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_s01_what_was_promised_survives_being_killed_while_a_reply_streams(files: StoreFiles) -> None:
    dice = random.Random(2026)
    complete: set[str] = set()
    for _ in range(KILLS):
        lines = written_until_killed(files.database, dice.randint(1, 45))
        complete |= {message_id for kind, message_id, *_ in lines if kind == "complete"}
        session = Session(files)
        assert checks.damage(session.store.messages.db, thorough=True) == ""
        assert complete <= session.store.messages.existing(MessageId(i) for i in complete)
        streaming = {line[1]: int(line[2]) for line in lines if line[0] == "streaming"}
        for message_id, length in streaming.items():
            message = session.store.messages.get(MessageId(message_id))
            assert len(message.text) >= length
            unsaid = () if message_id in complete else (MessageState.INTERRUPTED,)
            assert message.state in (MessageState.COMPLETE, *unsaid)
        session.close()
    states = {"complete", "interrupted"}
    session = Session(files)
    found = {row[0] for row in session.store.messages.db.conn.execute("SELECT DISTINCT state FROM message")}
    assert found <= states
    session.close()


def rounds(scenario: str, folder: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, HERE / "crash_child.py", scenario, folder],
        capture_output=True,
        text=True,
        check=True,
    )
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert [report["statement"] for report in reports] == list(range(1, len(reports) + 1)), done.stderr
    assert reports[-1]["status"] == 0
    return reports


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked children, for speed")


@needs_fork
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_s02_killed_before_any_statement_each_change_is_whole_or_not_there(tmp_path: Path) -> None:
    reports = rounds("change", tmp_path)
    assert len(reports) > 60
    before = {"conversation": 1, "message": 4, "ranking": 0, "label_set": 0, "label_value": 0}
    after = {"conversation": 1, "message": 6, "ranking": 1, "label_set": 1, "label_value": 3}
    seen = set()
    for report in reports:
        assert report["damage"] == ""
        counts = report["counts"]
        for table in before:
            assert counts[table] in (before[table], after[table])
        assert counts["label_value"] == counts["label_set"] * 3
        assert report["deleted"] in (0, 3)
        seen.add((counts["message"], counts["ranking"], counts["label_set"], report["deleted"]))
    assert seen == {(4, 0, 0, 0), (6, 0, 0, 0), (6, 1, 0, 0), (6, 1, 1, 0), (6, 1, 1, 3)}


@needs_fork
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_s03_a_migration_killed_twice_leaves_the_old_schema_or_the_new_one(tmp_path: Path) -> None:
    reports = rounds("migrate", tmp_path)
    assert len(reports) > 40
    for report in reports:
        assert report["damage"] == ""
        assert report["counts"]["message"] == 4
        is_new = report["schema"] == 2
        assert report["has_mood"] == is_new
        assert report["langs"] == (4 if is_new else 0)
        assert all(report["backups"])
        if is_new:
            assert report["backups"]
    assert {report["schema"] for report in reports} == {1, 2}
