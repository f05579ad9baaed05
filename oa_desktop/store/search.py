"""Find messages by their text, on every branch and in every script.

Words of three and more characters go through the trigram index. Shorter ones, as 李白 is, are looked for in
the text itself, because an index of trigrams cannot hold them.
"""

# ruff: noqa: S608 - statements are put together from constants of this package; values are bound

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from oa_desktop.conversation.message import MessageId, TreeId
from oa_desktop.store.connection import transaction
from oa_desktop.store.driver import sqlite3
from oa_desktop.store.text import clean

_TRIGRAM = 3
_BEFORE, _AFTER = 30, 90


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A message that holds every word.

    snippet: the text around the first find, one line, "…" where it was cut.
    start, end: where the find is in the snippet, in characters.
    """

    tree_id: TreeId
    message_id: MessageId
    title: str
    snippet: str
    start: int
    end: int


def search(database: Database, text: str, limit: int = 50) -> list[SearchHit]:
    """Newest messages first, without deleted messages and conversations; no words find nothing."""
    words = clean(text).text.split()
    if not words:
        return []
    source, condition, values = _matching(words)
    rows = database.conn.execute(
        f"SELECT m.tree_id, m.id, c.title, m.text FROM {source} JOIN conversation c ON c.tree_id = m.tree_id "
        f"WHERE {condition} AND m.deleted_at IS NULL AND c.deleted_at IS NULL "
        "ORDER BY m.seq DESC LIMIT :limit",
        values | {"limit": limit},
    )
    return [SearchHit(TreeId(row[0]), MessageId(row[1]), row[2], *snippet(row[3], words)) for row in rows]


def matching_trees(text: str) -> tuple[str, dict[str, Any]]:
    """A subquery for the ids of the trees whose title or one message holds every word, and its values.

    Without a word the values are empty.
    """
    words = clean(text).text.split()
    if not words:
        return "NULL", {}
    source, condition, values = _matching(words)
    in_title = " AND ".join(f"title LIKE :title{i} ESCAPE '\\'" for i in range(len(words)))
    values |= {f"title{i}": _like(word) for i, word in enumerate(words)}
    return (
        f"SELECT tree_id FROM conversation WHERE {in_title} "
        f"UNION SELECT m.tree_id FROM {source} WHERE {condition} AND m.deleted_at IS NULL",
        values,
    )


@contextmanager
def indexed_at_the_end(database: Database) -> Iterator[None]:
    """A transaction in which messages are only added; they are indexed together when all are there.

    The outermost one does it. Changes and deletions of messages go through triggers instead. A trigger for
    insertions would cost FTS5 more with every message there is: 4 s for 10 000 of them, and 0.04 s this way.
    """
    with transaction(database):
        if database.conn.execute("SELECT 1 FROM index_later").fetchone():
            yield
            return
        database.conn.execute("INSERT INTO index_later SELECT coalesce(max(seq), 0) FROM message")
        yield
        database.conn.execute(
            "INSERT INTO message_text (rowid, text) "
            "SELECT seq, text FROM searchable WHERE seq > (SELECT after_seq FROM index_later)"
        )
        database.conn.execute("DELETE FROM index_later")


def index_is_sound(database: Database) -> bool:
    """Whether the index and the texts agree. Reads every text."""
    try:
        with transaction(database):
            database.conn.execute(
                "INSERT INTO message_text (message_text, rank) VALUES ('integrity-check', 1)"
            )
    except sqlite3.DatabaseError:
        return False
    return True


def rebuild_index(database: Database) -> None:
    """Make the index anew from the texts."""
    with transaction(database):
        database.conn.execute("INSERT INTO message_text (message_text) VALUES ('rebuild')")


def snippet(text: str, words: list[str]) -> tuple[str, int, int]:
    """A line around the first find of any word, and where the find is in it."""
    found = re.search("|".join(map(re.escape, words)), text, re.IGNORECASE)
    start, end = found.span() if found else (0, 0)
    first, last = max(0, start - _BEFORE), min(len(text), end + _AFTER)
    lead = "…" if first else ""
    line = lead + re.sub(r"\s", " ", text[first:last]) + ("…" if last < len(text) else "")
    shift = len(lead) - first
    return line, start + shift, end + shift


def _matching(words: list[str]) -> tuple[str, str, dict[str, Any]]:
    """What to read messages `m` from, the condition on it, and the values it binds."""
    indexed = [word for word in words if len(word) >= _TRIGRAM]
    short = [word for word in words if len(word) < _TRIGRAM]
    conditions = [f"m.text LIKE :short{i} ESCAPE '\\'" for i in range(len(short))]
    values: dict[str, Any] = {f"short{i}": _like(word) for i, word in enumerate(short)}
    if not indexed:
        return "message m", " AND ".join([*conditions, "m.state <> 'streaming'"]), values
    values["match"] = " AND ".join('"' + word.replace('"', '""') + '"' for word in indexed)
    source = "message_text JOIN message m ON m.seq = message_text.rowid"
    return source, " AND ".join(["message_text MATCH :match", *conditions]), values


def _like(word: str) -> str:
    escaped = re.sub(r"([\\%_])", r"\\\1", word)
    return f"%{escaped}%"
