"""Do one thing to a store again and again, each time killed before a later statement of it.

Run as: python crash_child.py SCENARIO FOLDER
Each round forks, so a kill costs no start of Python. Prints one JSON object per round: the statement it died
at, and what the store looked like afterwards. Ends with the round that ran to its end.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database, Migrations

from oa_desktop.conversation.feedback import LabelSet, Ranking
from oa_desktop.conversation.labels import Label
from oa_desktop.conversation.message import Message, Role, TreeId, new_message_id
from oa_desktop.store import backup, checks, connection, database
from oa_desktop.store.files import StoreFiles
from oa_desktop.store.migrations import MIGRATIONS
from oa_desktop.store.session import Session
from oa_desktop.store.store import Store

NOW = datetime(2026, 11, 22, tzinfo=UTC)

NEXT = Migrations("oa_desktop")
for step in MIGRATIONS._migrations:
    NEXT(name=step.name)(step.fn)


@NEXT()
def m999_next(db: Database) -> None:
    db.execute("ALTER TABLE conversation ADD COLUMN mood TEXT")
    db.execute("UPDATE conversation SET mood = 'calm'")
    db.execute("CREATE TABLE mood (name TEXT NOT NULL PRIMARY KEY) STRICT")
    db.execute("INSERT INTO mood SELECT DISTINCT mood FROM conversation")
    db.execute("UPDATE message SET lang = 'en' WHERE lang IS NULL")


def kill_before(statement: int) -> None:
    """Die, as by a power switch, before the n-th statement any connection of this process runs."""
    seen = 0

    def count(_: str) -> None:
        nonlocal seen
        seen += 1
        if seen == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    plain = connection.sqlite3.connect

    def traced(*args: Any, **options: Any) -> Any:
        opened = plain(*args, **options)
        opened.set_trace_callback(count)
        return opened

    connection.sqlite3.connect = traced


def prompts(store: Store) -> list[Message]:
    trees = [store.messages.tree(line.tree_id) for line in store.conversations.list()]
    return [message for tree in trees for message in tree.walk()]


def prepare(files: StoreFiles) -> None:
    session = Session(files)
    root_id = new_message_id()
    root = Message(root_id, TreeId(root_id), None, Role.PROMPTER, "What is a llama?")
    session.store.conversations.create(root, title="Llamas")
    replies = [
        Message(new_message_id(), root.tree_id, root.id, Role.ASSISTANT, f"Answer {i}.") for i in range(3)
    ]
    session.store.messages.add(replies)
    session.close()


def migrate(files: StoreFiles) -> None:
    opened = database.open_writer(files, NEXT)
    database.close_writer(opened.database)


def change(files: StoreFiles) -> None:
    """Edit, branch, rank, label, delete and restore, as one change each."""
    session = Session(files)
    store = session.store
    root, first, second, third = prompts(store)
    edited = Message(new_message_id(), root.tree_id, first.id, Role.PROMPTER, "And?")
    store.messages.add([edited, Message(new_message_id(), root.tree_id, edited.id, Role.ASSISTANT, "Yes.")])
    store.feedback.add_ranking(Ranking(root.id, "local", NOW, ((second.id,), (first.id, third.id))))
    values = {Label.SPAM: 0.0, Label.QUALITY: 1.0, Label.HUMOR: 0.5}
    store.feedback.add_label_set(LabelSet(first.id, "local", NOW, values))
    store.messages.delete(first.id)
    store.messages.restore(first.id)
    session.close()


def seen_after(files: StoreFiles, migrations: Migrations) -> dict[str, Any]:
    """Open again as the next start does, and look."""
    opened = database.open_writer(files, migrations)
    db = opened.database
    answer: dict[str, Any] = {
        "schema": connection.pragma(db, "user_version"),
        "damage": checks.damage(db, thorough=True),
        "counts": checks.row_counts(db),
        "has_mood": "mood" in db.table_names(),
        "deleted": db.conn.execute("SELECT count(*) FROM message WHERE deleted_at IS NOT NULL").fetchone()[0],
        "langs": db.conn.execute("SELECT count(*) FROM message WHERE lang = 'en'").fetchone()[0],
        "notices": len(opened.notices),
        "backups": [backup.is_sound(b.path) for b in backup.list_backups(files.backups)],
    }
    database.close_writer(db)
    return answer


def in_a_child(action: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            action()
        finally:
            os._exit(0 if sys.exc_info()[0] is None else 1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main() -> None:
    scenario, folder = sys.argv[1], Path(sys.argv[2])
    work = {"migrate": migrate, "change": change}[scenario]
    template = StoreFiles(folder / "template" / "store.db")
    in_a_child(lambda: prepare(template))
    statement, status = 0, -signal.SIGKILL
    while status == -signal.SIGKILL:
        statement += 1
        files = StoreFiles(folder / "round" / "store.db")
        shutil.rmtree(files.database.parent, ignore_errors=True)
        shutil.copytree(template.database.parent, files.database.parent)

        def attempt(files: StoreFiles = files, statement: int = statement) -> None:
            kill_before(statement)
            work(files)

        status = in_a_child(attempt)
        if scenario == "migrate" and status == -signal.SIGKILL:
            in_a_child(attempt)  # and once more while it recovers
        report = {"statement": statement, "status": status}

        def look(files: StoreFiles = files, report: dict[str, Any] = report) -> None:
            # the old app first where the migration had not happened, so as not to finish it while looking
            schema = connection.connect(files.database, mode="ro")
            version = connection.pragma(schema, "user_version")
            schema.close()
            print(json.dumps(report | seen_after(files, NEXT if version == 2 else MIGRATIONS)), flush=True)

        in_a_child(look)


main()
