"""S24: whatever is done in whatever order, the store says what a simple model says."""

import shutil
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from oa_desktop.conversation.feedback import LabelSet, Ranking
from oa_desktop.conversation.labels import Label
from oa_desktop.conversation.message import Message, MessageId, MessageState
from oa_desktop.conversation.states import derive_state
from oa_desktop.conversation.tree import MessageTree
from oa_desktop.store import checks
from oa_desktop.store.files import StoreFiles
from oa_desktop.store.search import index_is_sound
from oa_desktop.store.session import Session

from .trees import answer, root_prompt, streaming

NOW = datetime(2026, 11, 22, tzinfo=UTC)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20)


@dataclass
class Model:
    """One conversation as it should be."""

    messages: dict[MessageId, Message] = field(default_factory=dict)
    deleted_with: dict[MessageId, MessageId] = field(default_factory=dict)
    rankings: list[Ranking] = field(default_factory=list)
    label_sets: list[LabelSet] = field(default_factory=list)

    def below(self, message_id: MessageId) -> list[MessageId]:
        tree = MessageTree(self.messages.values())
        return [message.id for message in tree.walk(message_id)]

    def above(self, message_id: MessageId) -> list[MessageId]:
        tree = MessageTree(self.messages.values())
        return [message.id for message in tree.path(message_id)]

    def delete(self, message_id: MessageId) -> None:
        for below in self.below(message_id):
            self.deleted_with.setdefault(below, message_id)

    def restore(self, message_id: MessageId) -> None:
        cause = self.deleted_with.get(message_id)
        back = {i for i, why in self.deleted_with.items() if why == cause} | set(self.above(message_id))
        self.deleted_with = {i: why for i, why in self.deleted_with.items() if i not in back}

    def shown(self) -> dict[MessageId, Message]:
        return {i: replace(m, deleted=i in self.deleted_with) for i, m in self.messages.items()}


class StoreWalk(RuleBasedStateMachine):
    """Adds, edits, branches, deletes, restores, ranks, labels, closes, crashes and opens again."""

    messages = Bundle("messages")

    @initialize(target=messages, text=texts)
    def start(self, text: str) -> MessageId:
        self.folder = Path(tempfile.mkdtemp(prefix="oa-walk-"))
        self.session = Session(StoreFiles(self.folder / "store.db"))
        root = root_prompt(text)
        self.session.store.conversations.create(root)
        root = self.session.store.messages.get(root.id)
        self.root, self.model = root, Model({root.id: root})
        return root.id

    @rule(target=messages, parent=messages, text=texts)
    def add(self, parent: MessageId, text: str) -> MessageId:
        (added,) = self.session.store.messages.add([answer(self.model.messages[parent], text)])
        self.model.messages[added.id] = added
        return added.id

    @rule(target=messages, parent=messages, text=texts, interrupted=st.booleans())
    def stream(self, parent: MessageId, text: str, interrupted: bool) -> MessageId:
        store = self.session.store
        (reply,) = store.messages.add([streaming(self.model.messages[parent])])
        store.messages.update_streaming({reply.id: text})
        if interrupted:
            self.crash()
            ended = replace(reply, text=text, state=MessageState.INTERRUPTED)
        else:
            ended = replace(reply, text=text * 2, state=MessageState.COMPLETE)
            store.messages.finish([ended])
        self.model.messages[reply.id] = ended
        return reply.id

    @rule(message_id=messages)
    def delete(self, message_id: MessageId) -> None:
        before = len(self.model.deleted_with)
        self.model.delete(message_id)
        assert self.session.store.messages.delete(message_id) == len(self.model.deleted_with) - before

    @rule(message_id=messages)
    def restore(self, message_id: MessageId) -> None:
        before = len(self.model.deleted_with)
        self.model.restore(message_id)
        assert self.session.store.messages.restore(message_id) == before - len(self.model.deleted_with)

    @rule(parent=messages, none_will_do=st.booleans())
    def rank(self, parent: MessageId, none_will_do: bool) -> None:
        replies = [m.id for m in self.model.messages.values() if m.parent_id == parent]
        ranking = Ranking(parent, "local", NOW, tuple((i,) for i in reversed(replies)), none_will_do)
        self.session.store.feedback.add_ranking(ranking)
        self.model.rankings.append(ranking)

    @rule(message_id=messages, value=st.floats(0, 1))
    def label(self, message_id: MessageId, value: float) -> None:
        label_set = LabelSet(message_id, "local", NOW, {Label.QUALITY: value})
        self.session.store.feedback.add_label_set(label_set)
        self.model.label_sets.append(label_set)

    @rule()
    def close_and_open(self) -> None:
        self.session.close()
        self.session = Session(self.session.files)

    @rule()
    def crash(self) -> None:
        """The session ends without its orderly end; S01 kills real processes."""
        self.session.distrust()
        self.session._release()
        self.session = Session(self.session.files)

    @invariant()
    def the_tree_is_the_models(self) -> None:
        store, tree_id = self.session.store, self.root.tree_id
        tree = store.messages.tree(tree_id)
        assert dict(tree.messages) == self.model.shown()
        feedback = store.feedback.of_tree(tree_id)
        assert feedback.rankings == tuple(self.model.rankings)
        assert feedback.label_sets == tuple(self.model.label_sets)
        (line,) = store.conversations.list()
        assert line.message_count == len(self.model.messages) - len(self.model.deleted_with)
        assert line.branch_count == tree.branch_count()
        assert line.tree_state is derive_state(tree, feedback.ranked_parents())

    @invariant()
    def what_is_not_deleted_is_found(self) -> None:
        shown = [m for m in self.model.shown().values() if not m.deleted and len(m.text.split()) == 1]
        for message in shown[-2:]:
            hits = self.session.store.search(message.text.split()[0], limit=1000)
            assert message.id in {hit.message_id for hit in hits}

    def teardown(self) -> None:
        if hasattr(self, "session"):
            database = self.session.store.messages.db
            assert index_is_sound(database)
            assert checks.damage(database, thorough=True) == ""
            assert checks.dangling(database) == 0
            self.session.close()
            shutil.rmtree(self.folder)


TestStoreWalk = StoreWalk.TestCase
TestStoreWalk.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
