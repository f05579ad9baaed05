"""The list of conversations: pages of it, search in titles and messages, and what can be done with one."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.conversation.conversation import ConversationSummary
from oa_desktop.conversation.message import MessageId, TreeId
from oa_desktop.errors import OaError
from oa_desktop.store.search import SearchHit
from oa_desktop.store.store import Store
from oa_desktop.store.worker import StoreWorker
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.chat.generations import Generations
from oa_desktop.ui.chat.session import ChatSession
from oa_desktop.ui.conversations.conversation_rows import ConversationRow, conversation_rows, hit_rows
from oa_desktop.ui.conversations.summaries import counted
from oa_desktop.ui.notices import Notices
from oa_desktop.ui.provided import provided
from oa_desktop.ui.rows_model import RowsModel
from oa_desktop.ui.snapshots import notify_changes

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1

PAGE = 200
SEARCH_HITS = 50
REFRESH_MS = 120
"""Changes within this time are read back from the store once."""


@dataclass(frozen=True, slots=True)
class _Page:
    """What one look at the store brought."""

    query: str
    summaries: tuple[ConversationSummary, ...]
    hits: tuple[SearchHit, ...]
    total: int
    more: bool


@dataclass(frozen=True, slots=True)
class ListProps:
    """What the list shows beside its rows. nothing_found: a search has no result."""

    query: str = ""
    placeholder: str = "Search conversations"
    total: int = 0
    loaded: bool = False
    nothing_found: bool = False


@QmlElement
@QmlSingleton
class ConversationsViewModel(QObject):
    """Rows are read in pages as the list is scrolled; a search shows conversations, then messages."""

    queryChanged = Signal()
    placeholderChanged = Signal()
    totalChanged = Signal()
    loadedChanged = Signal()
    nothingFoundChanged = Signal()
    searchFocusRequested = Signal()

    def __init__(
        self,
        bridge: Bridge,
        worker: StoreWorker,
        session: ChatSession,
        generations: Generations,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._worker = worker
        self._session = session
        self._generations = generations
        self._notices = notices
        self._props = ListProps()
        self._limit = PAGE
        self._page = _Page("", (), (), 0, more=False)
        self._opens_first = False
        self._rows = RowsModel(ConversationRow, self)
        self._refresh = QTimer(self, interval=REFRESH_MS, singleShot=True)
        self._refresh.timeout.connect(self._read)
        session.listing_changed.connect(self._refresh.start)
        session.opened.connect(self._show)
        generations.replies_ended.connect(self._show)

    @staticmethod
    def create(_engine: QQmlEngine) -> "ConversationsViewModel":
        """The instance wiring made."""
        return provided(ConversationsViewModel)

    @Property(QObject, constant=True)
    def rows(self) -> QObject:
        return self._rows

    @Property(str, notify=queryChanged)
    def query(self) -> str:
        return self._props.query

    @Property(str, notify=placeholderChanged)
    def placeholder(self) -> str:
        return self._props.placeholder

    @Property(int, notify=totalChanged)
    def total(self) -> int:
        return self._props.total

    @Property(bool, notify=loadedChanged)
    def loaded(self) -> bool:
        return self._props.loaded

    @Property(bool, notify=nothingFoundChanged)
    def nothingFound(self) -> bool:
        return self._props.nothing_found

    @Slot()
    def refresh(self) -> None:
        """Read the list again now."""
        self._read()

    @Slot()
    def loadMore(self) -> None:
        """The end of the list is near."""
        if self._page.more and self._limit <= len(self._page.summaries):
            self._limit += PAGE
            self._read()

    @Slot(str)
    def setQuery(self, query: str) -> None:
        if query != self._props.query:
            self._limit = PAGE
            self._publish(ListProps(query, self._props.placeholder, self._props.total, self._props.loaded))
            self._refresh.start()

    @Slot(str, str)
    def open(self, tree_id: str, message_id: str) -> None:
        """Open a conversation, at a message when one is named."""
        self._session.open(TreeId(tree_id), MessageId(message_id) if message_id else None)

    @Slot()
    def openFirst(self) -> None:
        """Open the first line, of the search as it is typed even when its result is not there yet."""
        self._opens_first = self._page.query != self._props.query.strip()
        if not self._opens_first and self._rows.rows:
            first = self._rows.rows[0]
            self.open(first.tree_id, first.message_id)

    @Slot()
    def startNew(self) -> None:
        self._session.open_none()

    @Slot(str, str)
    def rename(self, tree_id: str, title: str) -> None:
        if title.strip():
            self._change(lambda store: store.conversations.rename(TreeId(tree_id), title.strip()))

    @Slot(str, bool)
    def setPinned(self, tree_id: str, pinned: bool) -> None:
        self._change(lambda store: store.conversations.pin(TreeId(tree_id), pinned))

    @Slot(str)
    def remove(self, tree_id: str) -> None:
        """Delete a conversation; the toast takes it back."""
        if self._generations.is_running(TreeId(tree_id)):
            self._generations.stop(TreeId(tree_id))
        self._change(
            lambda store: store.conversations.delete(TreeId(tree_id)), lambda: self._removed(TreeId(tree_id))
        )

    @Slot(int)
    def openNeighbour(self, step: int) -> None:
        """Open the conversation above (negative) or below the open one."""
        ids = [row.tree_id for row in self._rows.rows if not row.message_id]
        current = self._session.tree_id
        place = ids.index(current) + step if current in ids else 0
        if 0 <= place < len(ids):
            self.open(ids[place], "")

    def _removed(self, tree_id: TreeId) -> None:
        if self._session.tree_id == tree_id:
            self._session.open_none()

        def undo() -> None:
            self._change(
                lambda store: store.conversations.restore(tree_id), lambda: self._session.open(tree_id)
            )

        self._notices.toast("Conversation deleted.", "Undo", undo)

    def _change(self, change: Callable[[Store], None], done: Callable[[], None] = lambda: None) -> None:
        def changed(_: None) -> None:
            done()
            self._session.reload()
            self._read()

        self._bridge.run(self._worker.run(change), changed, self._failed)

    def _read(self) -> None:
        query, limit = self._props.query.strip(), self._limit

        def read(store: Store) -> _Page:
            summaries = store.conversations.list(limit + 1, 0, query)
            hits = store.search(query, SEARCH_HITS) if query else []
            more = len(summaries) > limit
            return _Page(query, tuple(summaries[:limit]), tuple(hits), store.conversations.count(), more)

        self._bridge.run(self._worker.run(read), self._arrived, self._failed)

    def _arrived(self, page: _Page) -> None:
        if page.query == self._props.query.strip():
            self._page = page
            self._show()
            if self._opens_first:
                self.openFirst()

    def _show(self, *_: object) -> None:
        page, current = self._page, self._session.tree_id
        rows = conversation_rows(page.summaries, current, self._generations.running_trees())
        self._rows.set_rows((*rows, *hit_rows(page.hits)))
        found = counted(page.total, "conversation")
        self._publish(
            ListProps(
                self._props.query,
                placeholder=f"Search {found}" if page.total else "Search conversations",
                total=page.total,
                loaded=True,
                nothing_found=bool(page.query) and not rows and not page.hits,
            )
        )

    def _failed(self, error: OaError) -> None:
        self._notices.show_error(error)

    def _publish(self, props: ListProps) -> None:
        before, self._props = self._props, props
        notify_changes(self, before, props)
