"""The conversations and what a list shows of them: newest activity first, by insertion and not by clock."""

# ruff: noqa: S608 - statements are put together from constants of this package; values are bound

from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from oa_desktop.conversation.conversation import Conversation, ConversationSummary
from oa_desktop.conversation.message import Message, MessageId, TreeId
from oa_desktop.store.connection import transaction
from oa_desktop.store.errors import NotInStore
from oa_desktop.store.messages import Messages
from oa_desktop.store.records import CONVERSATION_COLUMNS, conversation_of, conversation_row, now
from oa_desktop.store.search import matching_trees
from oa_desktop.store.text import clean
from oa_desktop.store.tree_states import tree_states

_INSERT = """
INSERT INTO conversation (tree_id, family, title, title_is_manual, pinned, archived, deleted_at, created_at,
    updated_at, last_seq, active_leaf, lang, origin, imported_state, preset, system_prompt, draft)
VALUES (:tree_id, :family, :title, :title_is_manual, :pinned, :archived, :deleted_at, :created_at,
    :updated_at, 0, :active_leaf, :lang, :origin, :imported_state, :preset, :system_prompt, :draft)
"""

_SUMMARIES = f"""
WITH listed AS (
    SELECT *, row_number() OVER (PARTITION BY family ORDER BY last_seq DESC) AS newest FROM conversation
    WHERE (deleted_at IS NOT NULL) = :deleted AND archived = :archived AND (:all OR tree_id IN ({{matching}}))
), page AS (
    SELECT * FROM listed WHERE newest = 1
    ORDER BY pinned DESC, last_seq DESC LIMIT :limit OFFSET :offset
)
SELECT {CONVERSATION_COLUMNS},
    (SELECT count(*) FROM message m WHERE m.tree_id = page.tree_id AND m.deleted_at IS NULL),
    (SELECT count(*) FROM message m WHERE m.tree_id = page.tree_id AND m.deleted_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM message r WHERE r.tree_id = m.tree_id AND r.parent_id = m.id AND r.deleted_at IS NULL)),
    EXISTS (SELECT 1 FROM ranking r WHERE r.tree_id = page.tree_id)
FROM page ORDER BY pinned DESC, last_seq DESC
"""


@dataclass(frozen=True, slots=True)
class Conversations:
    """`store.conversations`. A method that is given an unknown id raises NotInStore."""

    db: Database

    def create(
        self,
        root: Message,
        *,
        title: str = "",
        system_prompt: str = "",
        sister_of: TreeId | None = None,
    ) -> Conversation:
        """Start a conversation with its first prompt.

        sister_of: the tree whose first prompt this one is another version of; what a person set there holds
            here too.
        """
        conversation = Conversation(
            tree_id=root.tree_id,
            title=title,
            created_at=root.created_at,
            updated_at=root.created_at,
            active_leaf=root.id,
            lang=root.lang,
            system_prompt=system_prompt,
        )
        with transaction(self.db):
            if sister_of is not None:
                conversation = _as_sister(conversation, self.get(sister_of))
            self.insert(conversation)
            Messages(self.db).add([root])
        return self.get(root.tree_id)

    def insert(self, conversation: Conversation) -> None:
        """Store a conversation as it is; its messages follow in the same transaction."""
        self.db.conn.execute(_INSERT, conversation_row(conversation))

    def list(
        self,
        limit: int = 100,
        offset: int = 0,
        query: str = "",
        *,
        archived: bool = False,
        deleted: bool = False,
    ) -> list[ConversationSummary]:
        """Pinned ones first, then those that grew last; of a family only the tree that grew last.

        query: words of a title or of any message.
        """
        matching, words = matching_trees(query)
        values: dict[str, Any] = {
            "limit": limit,
            "offset": offset,
            "archived": int(archived),
            "deleted": int(deleted),
            "all": int(not words),
        }
        rows = self.db.conn.execute(_SUMMARIES.format(matching=matching), values | words).fetchall()
        states = tree_states(self.db, [TreeId(row[0]) for row in rows])
        return [
            ConversationSummary(conversation_of(row[:-3]), row[-3], row[-2], bool(row[-1]), states[row[0]])
            for row in rows
        ]

    def count(self) -> int:
        """Families that are not deleted, archived ones included."""
        sql = "SELECT count(DISTINCT family) FROM conversation WHERE deleted_at IS NULL"
        return int(self.db.conn.execute(sql).fetchone()[0])

    def family(self, tree_id: TreeId) -> tuple[TreeId, ...]:
        """The versions of one first prompt, oldest first, this one among them; deleted ones are left out."""
        rows = self.db.conn.execute(
            "SELECT c.tree_id FROM conversation c JOIN message m ON m.id = c.tree_id "
            "WHERE c.family = (SELECT family FROM conversation WHERE tree_id = ?) AND c.deleted_at IS NULL "
            "ORDER BY m.seq",
            [tree_id],
        )
        return tuple(TreeId(sister) for (sister,) in rows)

    def tree_ids(self) -> tuple[TreeId, ...]:
        """Every conversation that is not deleted, oldest activity first."""
        rows = self.db.conn.execute(
            "SELECT tree_id FROM conversation WHERE deleted_at IS NULL ORDER BY last_seq"
        )
        return tuple(TreeId(tree_id) for (tree_id,) in rows)

    def get(self, tree_id: TreeId) -> Conversation:
        """One conversation."""
        row = self.db.conn.execute(
            f"SELECT {CONVERSATION_COLUMNS} FROM conversation WHERE tree_id = ?", [tree_id]
        ).fetchone()
        if row is None:
            raise NotInStore("conversation", tree_id)
        return conversation_of(row)

    def rename(self, tree_id: TreeId, title: str, *, manual: bool = True) -> None:
        """manual: the person chose it; a title the app proposes never replaces such a one."""
        if manual or not self.get(tree_id).title_is_manual:
            self._set(tree_id, title=clean(title).text, title_is_manual=int(manual))

    def pin(self, tree_id: TreeId, pinned: bool) -> None:
        """Keep its family at the top of the list, or no longer."""
        self._set_family(tree_id, pinned=int(pinned))

    def archive(self, tree_id: TreeId, archived: bool) -> None:
        """Take its family out of the list without deleting it, or put it back."""
        self._set_family(tree_id, archived=int(archived))

    def set_active_leaf(self, tree_id: TreeId, message_id: MessageId) -> None:
        """Remember which branch is shown."""
        known = self.db.conn.execute(
            "SELECT 1 FROM message WHERE tree_id = ? AND id = ?", [tree_id, message_id]
        )
        if known.fetchone() is None:
            raise NotInStore("message", message_id)
        self._set(tree_id, active_leaf=message_id)

    def set_system_prompt(self, tree_id: TreeId, system_prompt: str) -> None:
        """Instructions of this conversation."""
        self._set(tree_id, system_prompt=clean(system_prompt).text)

    def set_preset(self, tree_id: TreeId, preset: str | None) -> None:
        """Sampling preset of this conversation; None: the usual one."""
        self._set(tree_id, preset=preset)

    def set_lang(self, tree_id: TreeId, lang: str | None) -> None:
        """Language of this conversation, BCP 47."""
        self._set(tree_id, lang=lang)

    def set_draft(self, tree_id: TreeId, draft: str) -> None:
        """What is typed and not sent."""
        self._set(tree_id, draft=clean(draft).text)

    def delete(self, tree_id: TreeId) -> None:
        """Mark its family as deleted; `restore` takes it back."""
        self._set_family(tree_id, deleted_at=now())

    def restore(self, tree_id: TreeId) -> None:
        """Take back a deletion of its family."""
        self._set_family(tree_id, deleted_at=None)

    def purge(self, tree_id: TreeId) -> None:
        """Remove a conversation and everything said of it for good."""
        with transaction(self.db):
            self.get(tree_id)
            for table in ("label_set", "ranking", "reaction", "imported"):
                self.db.conn.execute(f"DELETE FROM {table} WHERE tree_id = ?", [tree_id])
            # replies have a higher seq than what they answer, and RESTRICT wants them gone first
            seqs = self.db.conn.execute(
                "SELECT seq FROM message WHERE tree_id = ? ORDER BY seq DESC", [tree_id]
            )
            self.db.conn.executemany("DELETE FROM message WHERE seq = ?", seqs.fetchall())
            self.db.conn.execute("DELETE FROM conversation WHERE tree_id = ?", [tree_id])

    def _set(self, tree_id: TreeId, **values: object) -> None:
        self._update("tree_id = :tree_id", tree_id, values)

    def _set_family(self, tree_id: TreeId, **values: object) -> None:
        family = "family = (SELECT family FROM conversation WHERE tree_id = :tree_id)"
        self._update(family, tree_id, values)

    def _update(self, which: str, tree_id: TreeId, values: dict[str, object]) -> None:
        columns = ", ".join(f"{name} = :{name}" for name in values)
        with transaction(self.db):
            done = self.db.conn.execute(
                f"UPDATE conversation SET {columns} WHERE {which}", {**values, "tree_id": tree_id}
            )
            if done.rowcount == 0:
                raise NotInStore("conversation", tree_id)


def _as_sister(conversation: Conversation, first: Conversation) -> Conversation:
    """What a person chose for one version of a first prompt, carried over to another."""
    return replace(
        conversation,
        family=first.family,
        title=first.title if first.title_is_manual else conversation.title,
        title_is_manual=first.title_is_manual,
        pinned=first.pinned,
        archived=first.archived,
        system_prompt=conversation.system_prompt or first.system_prompt,
        preset=first.preset,
    )
