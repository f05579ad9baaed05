"""The conversation in the window: opening it, moving through its tree, asking, and saying what one thinks.

Holds the one `OpenConversation` every view model of the chat page derives from. Lives in the GUI thread.
"""

import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from oa_desktop.conversation.conversation import Conversation
from oa_desktop.conversation.feedback import TreeFeedback
from oa_desktop.conversation.message import Message, MessageId, MessageState, Role, TreeId
from oa_desktop.conversation.tree import MessageTree
from oa_desktop.errors import OaError
from oa_desktop.services.chat import ChatService
from oa_desktop.store.store import Store
from oa_desktop.store.worker import StoreWorker
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.chat.generations import Generations, RepliesEnded, RepliesStarted
from oa_desktop.ui.chat.open_conversation import OpenConversation, nearest_shown, shown_leaf

T = TypeVar("T")

log = logging.getLogger(__name__)


class ChatSession(QObject):
    """Opens conversations and changes the open one; every change of what is shown emits `changed`."""

    opened = Signal()
    """Another conversation is open, or none; `changed` follows."""
    changed = Signal()
    listing_changed = Signal()
    """A title, a count or an order in the list of conversations may be another."""
    prompt_stored = Signal(object)
    """A prompt is on disk and waits for replies."""
    failed = Signal(object)
    nothing_added = Signal()
    """A reply was to go on, and its model had nothing more to say."""

    def __init__(
        self,
        bridge: Bridge,
        worker: StoreWorker,
        chat: ChatService,
        generations: Generations,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._worker = worker
        self._chat = chat
        self._generations = generations
        self._opening: TreeId | None = None
        self.current: OpenConversation | None = None
        generations.replies_started.connect(self._replies_started)
        generations.replies_noted.connect(self._replies_noted)
        generations.reply_ended.connect(self._reply_ended)
        generations.replies_ended.connect(self._replies_ended)

    @property
    def tree_id(self) -> TreeId | None:
        """The open conversation."""
        return self.current.tree_id if self.current else None

    def open_none(self) -> None:
        """Show the start of a new conversation, which exists once its first prompt is sent."""
        self._opening = None
        self._set_opened(None)

    def open(self, tree_id: TreeId, at: MessageId | None = None) -> None:
        """Show a conversation, where it was left or at a message. The newest call wins."""
        self._opening = tree_id
        self._run(
            self._load(tree_id),
            lambda read: self._loaded(read, at),
        )

    def reload(self) -> None:
        """Read the open conversation again, keeping the branch shown."""
        if self.current is not None:
            self._run(self._load(self.current.tree_id), self._refreshed)

    def send(self, text: str, lang: str | None, failed: Callable[[OaError], None]) -> None:
        """Store a prompt at the end of the branch shown. A prompt still unanswered there gets a sibling."""
        current = self.current
        if current is None:
            self._run(self._chat.start_conversation(text, lang=lang), self._prompt_stored, failed)
        elif current.tree[current.leaf].role is Role.PROMPTER:
            self._run(
                self._chat.edit_prompt(current.tree_id, current.leaf, text), self._prompt_stored, failed
            )
        else:
            work = self._chat.add_prompt(current.tree_id, current.leaf, text, lang=lang)
            self._run(work, self._prompt_stored, failed)

    def edit(self, prompt_id: MessageId, text: str, failed: Callable[[OaError], None]) -> None:
        """Store another version of a prompt beside it."""
        if self.current is not None:
            self._run(
                self._chat.edit_prompt(self.current.tree_id, prompt_id, text), self._prompt_stored, failed
            )

    def show(self, message_id: MessageId) -> None:
        """Go to the branch through a message."""
        if self.current is not None and message_id in self.current.tree:
            self._set_leaf(self.current.through(message_id))

    def show_sibling(self, message_id: MessageId, step: int) -> None:
        """Go to the message `step` further among its siblings, or to the sister tree for a first prompt."""
        if self.current is None:
            return
        if self.current.tree.root.id == message_id:
            sisters = self.current.sisters
            place = sisters.index(self.current.tree_id) + step if self.current.tree_id in sisters else -1
            if 0 <= place < len(sisters):
                self.open(sisters[place])
        elif (sibling := self.current.sibling(message_id, step)) is not None:
            self.show(sibling)

    def continue_from(self, message_id: MessageId) -> None:
        """End the branch shown at this message, so that the next prompt answers it."""
        if self.current is not None and message_id in self.current.tree:
            self._set_leaf(self.current.at(message_id))

    def expand(self, parent_id: MessageId, shown: bool) -> None:
        """Show the replies to a prompt side by side, or only the one on the branch."""
        if self.current is not None:
            self.replace(self.current.with_expanded(parent_id, shown))

    def delete_message(self, message_id: MessageId) -> None:
        """Mark a message and all below it as deleted; the branch beside it is shown."""
        self._write(lambda store: store.messages.delete(message_id), self.reload)

    def restore_message(self, message_id: MessageId) -> None:
        """Take a deletion back and show what it took away."""
        if self.current is not None:
            tree_id = self.current.tree_id
            self._write(
                lambda store: store.messages.restore(message_id), lambda: self.open(tree_id, message_id)
            )

    def replace(self, conversation: OpenConversation) -> None:
        """Show another value of the open conversation."""
        self.current = conversation
        self.changed.emit()

    def _load(self, tree_id: TreeId) -> Coroutine[Any, Any, OpenConversation]:
        return self._worker.run(lambda store: read_conversation(store, tree_id))

    def _loaded(self, read: OpenConversation, at: MessageId | None) -> None:
        if self._opening != read.tree_id:
            return
        self._opening = None
        leaf = shown_leaf(read.tree, at or read.conversation.active_leaf)
        self._set_opened(replace(read, tree=self._with_live_texts(read.tree), leaf=leaf))

    def _refreshed(self, read: OpenConversation) -> None:
        if self.current is None or self.current.tree_id != read.tree_id:
            return
        leaf = self.current.leaf
        if leaf not in read.tree or read.tree[leaf].deleted:
            leaf = nearest_shown(read.tree, leaf)
        tree = self._with_live_texts(read.tree)
        self.replace(replace(read, tree=tree, leaf=leaf, expanded=self.current.expanded))
        self.listing_changed.emit()

    def _with_live_texts(self, tree: MessageTree) -> MessageTree:
        """The tree with the newest text of replies that are being written; the store has it a bit later."""
        texts = {m.id: self._generations.text(m.id) for m in tree.messages.values()}
        if not any(texts.values()):
            return tree
        return MessageTree(
            replace(m, text=text) if (text := texts[m.id]) else m for m in tree.messages.values()
        )

    def _set_opened(self, conversation: OpenConversation | None) -> None:
        self.current = conversation
        self.opened.emit()
        self.changed.emit()

    def _set_leaf(self, conversation: OpenConversation) -> None:
        self.replace(conversation)
        tree_id, leaf = conversation.tree_id, conversation.leaf
        work = self._worker.run(lambda store: store.conversations.set_active_leaf(tree_id, leaf))
        self._bridge.run(
            work, lambda _: None, lambda error: log.info("branch not remembered: %s", error.title)
        )

    def _prompt_stored(self, prompt: Message) -> None:
        if self.current is not None and self.current.tree_id == prompt.tree_id:
            self._set_leaf(self.current.with_messages([prompt]).at(prompt.id))
        else:
            conversation = Conversation(prompt.tree_id, title=prompt.text, created_at=datetime.now(UTC))
            self._set_opened(OpenConversation(conversation, MessageTree([prompt]), TreeFeedback(), prompt.id))
            self.reload()
        self.listing_changed.emit()
        self.prompt_stored.emit(prompt)

    def _replies_started(self, started: RepliesStarted) -> None:
        if self.current is not None and self.current.tree_id == started.tree_id:
            self._set_leaf(self.current.with_messages(started.replies).at(started.replies[0].id))
        self.listing_changed.emit()

    def _replies_noted(self, replies: Sequence[Message]) -> None:
        if self.current is not None and replies and self.current.tree_id == replies[0].tree_id:
            self.replace(self.current.with_messages(replies))

    def _reply_ended(self, message: Message) -> None:
        if self.current is not None and self.current.tree_id == message.tree_id:
            self.replace(self.current.with_messages([message]))

    def _replies_ended(self, ended: RepliesEnded) -> None:
        if ended.error is not None:
            self.failed.emit(ended.error)
        if self.current is not None and self.current.tree_id == ended.tree_id:
            self.replace(self.current.with_messages(ended.replies))
        for reply in filter(adds_nothing, ended.replies):
            self._take_back(reply)
        self.listing_changed.emit()

    def _take_back(self, reply: Message) -> None:
        """A copy of another reply is nobody's wish: the one it was to go on from is shown again."""
        made = reply.generation
        assert made is not None
        assert made.continues is not None
        if self.current is not None and self.current.tree_id == reply.tree_id:
            self.show(made.continues)
        if reply.state is MessageState.COMPLETE:
            self.nothing_added.emit()
        self.delete_message(reply.id)

    def _write(self, change: Callable[[Store], object], done: Callable[[], None]) -> None:
        self._run(self._worker.run(change), lambda _: done())

    def _run(
        self,
        work: Coroutine[Any, Any, T],
        done: Callable[[T], None],
        failed: Callable[[OaError], None] | None = None,
    ) -> None:
        def report(error: OaError) -> None:
            if failed is not None:
                failed(error)
            self.failed.emit(error)

        self._bridge.run(work, done, report)


def read_conversation(store: Store, tree_id: TreeId) -> OpenConversation:
    """A conversation as it is in the store, at its root."""
    tree = store.messages.tree(tree_id)
    return OpenConversation(
        store.conversations.get(tree_id),
        tree,
        store.feedback.of_tree(tree_id),
        tree.root.id,
        sisters=store.conversations.family(tree_id),
    )


def adds_nothing(reply: Message) -> bool:
    """Whether a reply ended, however it did, where the one ended that it goes on from."""
    made = reply.generation
    return made is not None and made.continues is not None and made.first_token_s is None
