"""The messages of every conversation: appended, streamed, finished, marked as deleted; never overwritten."""

# ruff: noqa: S608 - statements are put together from constants of this package; values are bound

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlite_utils import Database

from oa_desktop.conversation.message import Message, MessageId, MessageState, TreeId
from oa_desktop.conversation.tree import MessageTree
from oa_desktop.store.connection import transaction
from oa_desktop.store.errors import NotInStore
from oa_desktop.store.records import MESSAGE_COLUMNS, generation_json, message_of, message_row, now
from oa_desktop.store.salvage import Fault, Loaded, read_tree
from oa_desktop.store.search import indexed_at_the_end
from oa_desktop.store.text import clean

_INSERT = """
INSERT INTO message (seq, id, tree_id, parent_id, role, state, created_at, lang, synthetic, model_name,
    user_id, review_count, review_result, deleted_at, deleted_with, generation, text)
VALUES (:seq, :id, :tree_id, :parent_id, :role, :state, :created_at, :lang, :synthetic, :model_name,
    :user_id, :review_count, :review_result, :deleted_at, :deleted_with, :generation, :text)
"""

_BELOW = """
WITH RECURSIVE below (tree_id, id) AS (
    SELECT tree_id, id FROM message WHERE id = :id
    UNION SELECT m.tree_id, m.id FROM below b JOIN message m ON m.tree_id = b.tree_id AND m.parent_id = b.id
)
"""

_ABOVE = """
WITH RECURSIVE above (tree_id, parent_id) AS (
    SELECT tree_id, parent_id FROM message WHERE id = :id
    UNION SELECT m.tree_id, m.parent_id
    FROM above a JOIN message m ON m.tree_id = a.tree_id AND m.id = a.parent_id
)
"""


@dataclass(frozen=True, slots=True)
class Messages:
    """`store.messages`."""

    db: Database

    def add(self, messages: Sequence[Message]) -> tuple[Message, ...]:
        """Append; a parent comes before its replies. Returns them as stored: with `seq`, texts made fit.

        The conversation exists already, see `conversations.create`.
        """
        rows = [message_row(message) for message in messages]
        with indexed_at_the_end(self.db):
            first = self._next_seq()
            for seq, row in enumerate(rows, first):
                row["seq"] = seq
            self.db.conn.executemany(_INSERT, rows)
            newest = {row["tree_id"]: row["seq"] for row in rows}
            self.db.conn.executemany(
                "UPDATE conversation SET last_seq = ?, updated_at = ? WHERE tree_id = ?",
                [(seq, now(), tree_id) for tree_id, seq in newest.items()],
            )
        return tuple(
            replace(message, seq=row["seq"], text=row["text"])
            for message, row in zip(messages, rows, strict=True)
        )

    def tree(self, tree_id: TreeId) -> MessageTree:
        """The whole conversation, deleted messages included; a damaged one stands there as a failed one.

        Raises: NotInStore.
        """
        return self.load(tree_id).tree

    def load(self, tree_id: TreeId) -> Loaded:
        """The tree and the faults found while it was read."""
        return read_tree(self.db, tree_id)

    def get(self, message_id: MessageId) -> Message:
        """One message. Raises: NotInStore."""
        row = self.db.conn.execute(
            f"SELECT {MESSAGE_COLUMNS} FROM message WHERE id = ?", [message_id]
        ).fetchone()
        if row is None:
            raise NotInStore("message", message_id)
        try:
            return message_of(row)
        except (ValueError, KeyError, TypeError):
            return self.tree(row[1])[message_id]

    def existing(self, message_ids: Iterable[MessageId]) -> set[MessageId]:
        """Which of these ids are taken."""
        look_up = self.db.conn.execute
        return {i for i in message_ids if look_up("SELECT 1 FROM message WHERE id = ?", [i]).fetchone()}

    def update_streaming(self, updates: Mapping[MessageId, str]) -> None:
        """Store the full text so far of several replies at once; one that has ended is left alone."""
        with transaction(self.db):
            self.db.conn.executemany(
                "UPDATE message SET text = ? WHERE id = ? AND state = 'streaming'",
                [(clean(text).text, message_id) for message_id, text in updates.items()],
            )

    def finish(self, messages: Sequence[Message]) -> None:
        """Store replies as they ended: text, state, generation, language and model, all or none.

        Raises: NotInStore when one is not there, ValueError when one has ended before.
        """
        with transaction(self.db):
            for message in messages:
                self._finish(message)

    def _finish(self, message: Message) -> None:
        if message.state is MessageState.STREAMING:
            raise ValueError(f"message {message.id} is still streaming")
        done = self.db.conn.execute(
            "UPDATE message SET text = :text, state = :state, generation = :generation, lang = :lang, "
            "model_name = :model_name WHERE id = :id AND state = 'streaming'",
            message_row(message),
        )
        if done.rowcount == 0:
            raise ValueError(f"message {message.id} has ended as {self.get(message.id).state} already")

    def record_generations(self, messages: Iterable[Message]) -> None:
        """Store how replies were made, once all of it is known; text and state stay as they are."""
        with transaction(self.db):
            self.db.conn.executemany(
                "UPDATE message SET generation = ? WHERE id = ?",
                [(generation_json(message.generation), message.id) for message in messages],
            )

    def interrupt_streaming(self) -> int:
        """Mark what was streaming when the app ended as interrupted. Returns how many there were."""
        with transaction(self.db):
            return self.db.conn.execute(
                "UPDATE message SET state = 'interrupted' WHERE state = 'streaming'"
            ).rowcount

    def delete(self, message_id: MessageId) -> int:
        """Mark a message and everything below it as deleted. Returns how many were not marked before."""
        with transaction(self.db):
            self._require(message_id)
            return self.db.conn.execute(
                "UPDATE message SET deleted_at = :now, deleted_with = :id "
                f"WHERE deleted_at IS NULL AND id IN ({_BELOW} SELECT id FROM below)",
                {"id": message_id, "now": now()},
            ).rowcount

    def restore(self, message_id: MessageId) -> int:
        """Take back the deletion this message was part of, and show its ancestors again. Returns how many."""
        with transaction(self.db):
            tree_id = self._require(message_id)
            return self.db.conn.execute(
                "UPDATE message SET deleted_at = NULL, deleted_with = NULL "
                "WHERE deleted_at IS NOT NULL AND tree_id = :tree AND ("
                "deleted_with = (SELECT deleted_with FROM message WHERE id = :id) "
                f"OR id IN ({_ABOVE} SELECT parent_id FROM above))",
                {"id": message_id, "tree": tree_id},
            ).rowcount

    def faults(self, tree_id: TreeId) -> tuple[Fault, ...]:
        """What is damaged in one conversation."""
        return self.load(tree_id).faults

    def _next_seq(self) -> int:
        """One above every number that was ever given, purged messages included."""
        row = self.db.conn.execute("SELECT seq FROM sqlite_sequence WHERE name = 'message'").fetchone()
        return 1 if row is None else int(row[0]) + 1

    def _require(self, message_id: MessageId) -> TreeId:
        row = self.db.conn.execute("SELECT tree_id FROM message WHERE id = ?", [message_id]).fetchone()
        if row is None:
            raise NotInStore("message", message_id)
        return TreeId(row[0])
