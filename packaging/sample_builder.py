"""Conversations under construction, for the pictures: each message one call."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from oa_desktop.conversation.conversation import Conversation
from oa_desktop.conversation.feedback import LOCAL_ANNOTATOR, LabelSet, Ranking
from oa_desktop.conversation.labels import Label
from oa_desktop.conversation.message import Generation, Message, MessageId, MessageState, Role, TreeId
from oa_desktop.store.store import Store

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MODEL = "oasst-sft-4 Pythia-12B · Q4_K_M"


@dataclass
class Sample:
    """A conversation under construction. Ids are `title-n`, so that pictures are the same every time."""

    name: str
    title: str
    lang: str = "en"
    pinned: bool = False

    def __post_init__(self) -> None:
        self.messages: list[Message] = []
        self.rankings: list[Ranking] = []
        self.labels: list[LabelSet] = []
        self.leaf: MessageId | None = None

    def prompt(self, text: str, parent: Message | None = None) -> Message:
        return self._add(Role.PROMPTER, text, parent)

    def reply(
        self,
        text: str,
        parent: Message,
        speed: float = 31.0,
        state: MessageState = MessageState.COMPLETE,
        error: str = "",
        finish_reason: str = "stop",
        dropped_messages: int = 0,
    ) -> Message:
        tokens = max(2, len(text) // 4)
        prompt_tokens = 1480 if dropped_messages else min(260 + 8 * len(self.messages), 1600)
        generation = Generation(
            preset="k50",
            prompt_tokens=prompt_tokens,
            reused_tokens=prompt_tokens - 62,
            completion_tokens=tokens,
            first_token_s=0.24,
            duration_s=0.24 + (tokens - 1) / speed,
            finish_reason=finish_reason,
            error=error,
            dropped_messages=dropped_messages,
        )
        return self._add(Role.ASSISTANT, text, parent, state=state, generation=generation, model_name=MODEL)

    def rank(self, parent: Message, *groups: list[Message]) -> None:
        order = tuple(tuple(message.id for message in group) for group in groups)
        self.rankings.append(Ranking(parent.id, LOCAL_ANNOTATOR, NOON, order))

    def label(self, message: Message, helpful: float, quality: float, **more: float) -> None:
        values = {Label.HELPFULNESS: helpful, Label.QUALITY: quality}
        values |= {Label(name): value for name, value in more.items()}
        self.labels.append(LabelSet(message.id, LOCAL_ANNOTATOR, NOON, values))

    def show(self, message: Message) -> None:
        self.leaf = message.id

    def save(self, store: Store) -> TreeId:
        root = self.messages[0]
        conversation = Conversation(
            root.tree_id, self.title, pinned=self.pinned, lang=self.lang, created_at=NOON, updated_at=NOON
        )
        store.add_tree(replace(conversation, active_leaf=self.leaf or self.messages[-1].id), self.messages)
        for labels in self.labels:
            store.feedback.add_label_set(labels)
        for ranking in self.rankings:
            store.feedback.add_ranking(ranking)
        return root.tree_id

    def _add(self, role: Role, text: str, parent: Message | None, **fields: object) -> Message:
        number = len(self.messages)
        message = Message(
            MessageId(f"{self.name}-{number}"),
            TreeId(f"{self.name}-0"),
            parent.id if parent else None,
            role,
            text,
            created_at=NOON + timedelta(seconds=number),
            lang=self.lang,
            synthetic=role is Role.ASSISTANT,
            **fields,  # type: ignore[arg-type]
        )
        self.messages.append(message)
        return message
