"""Counts over the whole store, for `oa-desktop stats` and the About page."""

# ruff: noqa: S608 - statements are put together from constants of this package; values are bound

from dataclasses import dataclass

from sqlite_utils import Database

from oa_desktop.conversation.states import TreeState
from oa_desktop.store.tree_states import state_counts


@dataclass(frozen=True, slots=True)
class Stats:
    """Deleted conversations and messages are left out everywhere.

    branches: leaves. labels: label sets. reactions: emojis that are on a message now.
    langs: messages by language, "" for unknown. states: trees by derived state.
    """

    trees: int
    messages: int
    branches: int
    labels: int
    rankings: int
    reactions: int
    langs: dict[str, int]
    states: dict[TreeState, int]


_ALIVE = """
message m JOIN conversation c ON c.tree_id = m.tree_id WHERE m.deleted_at IS NULL AND c.deleted_at IS NULL
"""
_BRANCHES = f"""
SELECT count(*) FROM {_ALIVE} AND NOT EXISTS (
    SELECT 1 FROM message r WHERE r.tree_id = m.tree_id AND r.parent_id = m.id AND r.deleted_at IS NULL)
"""
_PRESENT = """
SELECT coalesce(sum(present), 0) FROM (
    SELECT e.present, max(e.seq) FROM reaction e JOIN message m ON m.id = e.message_id
    JOIN conversation c ON c.tree_id = m.tree_id WHERE m.deleted_at IS NULL AND c.deleted_at IS NULL
    GROUP BY e.message_id, e.emoji, e.annotator)
"""


def read_stats(database: Database) -> Stats:
    """Count everything now."""

    def number(sql: str) -> int:
        return int(database.conn.execute(sql).fetchone()[0])

    langs = database.conn.execute(
        f"SELECT coalesce(m.lang, ''), count(*) FROM {_ALIVE} GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    return Stats(
        trees=number("SELECT count(*) FROM conversation WHERE deleted_at IS NULL"),
        messages=number(f"SELECT count(*) FROM {_ALIVE}"),
        branches=number(_BRANCHES),
        labels=number(f"SELECT count(*) FROM label_set e, {_ALIVE} AND m.id = e.message_id"),
        rankings=number(f"SELECT count(*) FROM ranking e, {_ALIVE} AND m.id = e.parent_id"),
        reactions=number(_PRESENT),
        langs=dict(langs.fetchall()),
        states=state_counts(database),
    )
