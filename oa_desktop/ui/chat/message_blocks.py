"""The block models of the messages on screen: made when a row is first shown, grown while a reply streams."""

from PySide6.QtCore import QObject

from oa_desktop.conversation.message import Message, MessageId, MessageState
from oa_desktop.conversation.tree import MessageTree
from oa_desktop.ui.block_list_model import BlockListModel
from oa_desktop.ui.chat.generations import Generations


class MessageBlocks(QObject):
    """One block model per message. `forget_all` when another conversation opens."""

    def __init__(self, generations: Generations, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._generations = generations
        self._models: dict[MessageId, BlockListModel] = {}
        self._outgoing: list[BlockListModel] = []
        generations.text_grew.connect(self._grow)

    def of(self, message: Message) -> BlockListModel:
        """The blocks of a message, brought up to its text."""
        model = self._models.get(message.id)
        if model is None:
            model = self._models[message.id] = BlockListModel(self)
        self._bring_up(model, message.text)
        if message.state is not MessageState.STREAMING:
            model.finish()
        return model

    def refresh(self, tree: MessageTree) -> None:
        """Bring the models that exist up to the messages of a tree."""
        for message_id in self._models:
            if message_id in tree:
                self.of(tree[message_id])

    def forget_all(self) -> None:
        """Another conversation opens. Delegates let go a bit later, so a model outlives one more opening."""
        for model in self._outgoing:
            model.deleteLater()
        self._outgoing = list(self._models.values())
        self._models = {}

    def _grow(self, message_ids: frozenset[MessageId]) -> None:
        for message_id in message_ids:
            text = self._generations.text(message_id)
            if text is not None and message_id in self._models:
                self._bring_up(self._models[message_id], text)

    @staticmethod
    def _bring_up(model: BlockListModel, text: str) -> None:
        """Append what is new; a shorter text is older than what is shown, another text replaces it."""
        shown = model.text
        if text.startswith(shown):
            if len(text) > len(shown):
                model.append_text(text[len(shown) :])
        elif not shown.startswith(text):
            model.set_text(text)
