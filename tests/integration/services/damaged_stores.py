"""A real store with a backup and newer messages, and every way to damage its files."""

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from oa_desktop.conversation.message import Message, MessageId, Role, TreeId
from oa_desktop.store.files import StoreFiles
from oa_desktop.store.worker import StoreWorker

CONVERSATIONS, REPLIES, NEWER = 3, 80, 5
BACKED_UP = CONVERSATIONS * (REPLIES + 1)
PAGE = 4096

Damage = Callable[[StoreFiles], None]


def with_a_backup(path: Path, *, name: str = "talk", newer: int = NEWER) -> StoreFiles:
    """Three conversations that a backup has, and then some more messages that it has not."""
    _write(path, [message for number in range(CONVERSATIONS) for message in _talk(f"{name}{number}")])
    root = MessageId(f"{name}0")
    _write(path, [_reply(root, f"{root}-newer{i}") for i in range(newer)])
    return StoreFiles(path)


def random_page(files: StoreFiles) -> None:
    """In the middle of a long text, so that some messages go and the rest can be read."""
    whole = files.database.read_bytes()
    texts = [at for at in range(0, len(whole), PAGE) if whole[at : at + PAGE].count(b"x" * 600) > 3]
    with files.database.open("r+b") as file:
        file.seek(texts[len(texts) // 2])
        file.write(os.urandom(PAGE))


def every_index(files: StoreFiles) -> None:
    """And one text: what is left cannot even be counted."""
    database = sqlite3.connect(files.database)
    roots = database.execute(
        "SELECT rootpage FROM sqlite_master WHERE type = 'index' AND tbl_name = 'message'"
    )
    pages = [number for (number,) in roots]
    database.close()
    random_page(files)
    with files.database.open("r+b") as file:
        for number in pages:
            file.seek((number - 1) * PAGE)
            file.write(os.urandom(PAGE))


def at_random(files: StoreFiles, dice: random.Random) -> None:
    """Pages, bytes and the end of the file, as failing disks and careless copies do it."""
    data = bytearray(files.database.read_bytes())
    pages = range(0, len(data), PAGE)
    for _ in range(dice.choice([1, 1, 2, 5, 20, 60])):
        at = dice.choice(pages)
        other = dice.choice(pages)
        match dice.randrange(5):
            case 0:
                data[at : at + PAGE] = dice.randbytes(PAGE)
            case 1:
                data[at : at + PAGE] = bytes(PAGE)
            case 2:
                data[at : at + PAGE] = data[other : other + PAGE]
            case 3:
                for _ in range(30):
                    data[dice.randrange(len(data))] = dice.randrange(256)
            case _:
                data[at : at + 200] = dice.randbytes(200)
    if dice.random() < 0.2:
        del data[dice.randrange(len(data)) :]
    files.database.write_bytes(data)


def forget_in_an_index(path: Path) -> None:
    """A message that an index does not know: only a thorough check sees it."""
    index = "WHERE name = 'message_rankable'"
    steps = (
        f"CREATE TABLE away AS SELECT * FROM sqlite_schema {index}",
        f"PRAGMA writable_schema=ON; DELETE FROM sqlite_schema {index}",
        "INSERT INTO message (id, tree_id, parent_id, role, state, created_at, synthetic, text) "
        "SELECT 'new', tree_id, tree_id, 'assistant', 'complete', created_at, 0, 'x' FROM message LIMIT 1",
        "PRAGMA writable_schema=ON; INSERT INTO sqlite_schema SELECT * FROM away",
        "DROP TABLE away",
    )
    for step in steps:
        database = sqlite3.connect(path)
        database.executescript(step)
        database.close()


def half(files: StoreFiles) -> None:
    os.truncate(files.database, files.database.stat().st_size // 2)


def hundred_bytes(files: StoreFiles) -> None:
    os.truncate(files.database, 100)


def nothing(files: StoreFiles) -> None:
    os.truncate(files.database, 0)


def garbage(files: StoreFiles) -> None:
    files.database.write_bytes(os.urandom(70_000))


def gone(files: StoreFiles) -> None:
    files.database.unlink()


def foreign_journal(files: StoreFiles) -> None:
    """The -wal of another store, as a careless copy leaves it."""
    other = files.database.parent.parent / "other" / files.database.name
    with_a_backup(other, name="other", newer=300)
    worker = StoreWorker.open(other)
    more = [_reply(MessageId("other1"), f"other1-more{i}") for i in range(40)]
    worker.submit(lambda store: store.messages.add(more)).result()
    shutil.copy(StoreFiles(other).wal, files.wal)
    worker.close()


def whole_foreign_journal(files: StoreFiles) -> None:
    """The -wal of another store in its first session: it has every page."""
    other = files.database.parent.parent / "another" / files.database.name
    worker = StoreWorker.open(other)
    root, *replies = _talk("another")
    worker.submit(lambda store: store.conversations.create(root)).result()
    worker.submit(lambda store: store.messages.add(replies)).result()
    shutil.copy(StoreFiles(other).wal, files.wal)
    worker.close()


def _talk(name: str) -> list[Message]:
    tree = TreeId(name)
    root = Message(MessageId(tree), tree, None, Role.PROMPTER, f"What is {name}?")
    return [root, *(_reply(root.id, f"{name}-{i}") for i in range(REPLIES))]


def _reply(root: MessageId, name: str) -> Message:
    return Message(MessageId(name), TreeId(root), root, Role.ASSISTANT, f"{name} " + "x" * 700)


def _write(path: Path, messages: list[Message]) -> None:
    worker = StoreWorker.open(path)
    for message in messages:
        if message.parent_id is None:
            worker.submit(
                lambda store, root=message: store.conversations.create(root, title=root.id)
            ).result()
    worker.submit(lambda store: store.messages.add([m for m in messages if m.parent_id])).result()
    worker.close()
