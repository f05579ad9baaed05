"""The store: one writer connection with an aggregate for each kind of thing. Used from one thread only."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlite_utils import Database

from oa_desktop.conversation.conversation import Conversation
from oa_desktop.conversation.imported import ImportedFields
from oa_desktop.conversation.message import Message, MessageId
from oa_desktop.store.connection import transaction
from oa_desktop.store.conversations import Conversations
from oa_desktop.store.feedback import Feedback
from oa_desktop.store.imports import Imports
from oa_desktop.store.messages import Messages
from oa_desktop.store.search import SearchHit, indexed_at_the_end, search
from oa_desktop.store.stats import Stats, read_stats


class Store:
    """Every aggregate over one open database. `StoreWorker` opens it and keeps it on its thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.conversations = Conversations(database)
        self.messages = Messages(database)
        self.feedback = Feedback(database)
        self.imports = Imports(database)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing. One inside another is undone alone when it fails."""
        with transaction(self._database):
            yield

    @contextmanager
    def bulk(self) -> Iterator[None]:
        """A transaction that only adds, for whole files: the search index follows once at its end."""
        with indexed_at_the_end(self._database):
            yield

    def add_tree(
        self,
        conversation: Conversation,
        messages: Sequence[Message],
        imported: Mapping[MessageId, ImportedFields] | None = None,
    ) -> tuple[Message, ...]:
        """Store a whole conversation, all or nothing; a parent comes before its replies, as in `walk`."""
        with self.bulk():
            self.conversations.insert(conversation)
            added = self.messages.add(messages)
            self.imports.save_all(imported or {})
        return added

    def search(self, text: str, limit: int = 50) -> list[SearchHit]:
        """Messages that hold every word, newest first."""
        return search(self._database, text, limit)

    def stats(self) -> Stats:
        """Counts over everything."""
        return read_stats(self._database)
