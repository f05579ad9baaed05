"""Ask and get replies: prompts, edits and generations, always appended to the tree, never overwriting."""

import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace

from oa_desktop.conversation.message import (
    Generation,
    Message,
    MessageId,
    MessageState,
    Role,
    TreeId,
    new_message_id,
)
from oa_desktop.conversation.tree import MessageTree
from oa_desktop.errors import EngineError, UsageError
from oa_desktop.services.chat_events import ChatEvent
from oa_desktop.services.generation import RunningGeneration
from oa_desktop.services.reply_engine import ReplyEngine
from oa_desktop.store.text import clean
from oa_desktop.store.worker import StoreWorker

MAX_REPLIES = 16
MAX_TOKENS = 1 << 20
TITLE_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class GenerationOptions:
    """How to generate.

    sampling: fields of the chat protocol. preset: the name they came from, for the record.
    seed: reply i samples with `seed + i`; None: a random one.
    drop_oldest: the oldest turns may be left out of a prompt that does not fit; else it is refused.
    """

    n: int = 1
    max_tokens: int = 1024
    seed: int | None = None
    preset: str | None = None
    sampling: Mapping[str, float | int | None] = field(default_factory=dict)
    system_prompt: str = ""
    drop_oldest: bool = True

    def check(self) -> None:
        """Raises UsageError, naming the value, when one is out of range."""
        if not 1 <= self.n <= MAX_REPLIES:
            raise UsageError(
                "replies-out-of-range", f"The number of replies must be 1 to {MAX_REPLIES}, not {self.n}."
            )
        if not 1 <= self.max_tokens <= MAX_TOKENS:
            raise UsageError(
                "max-tokens-out-of-range",
                f"The longest reply must have 1 to {MAX_TOKENS} tokens, not {self.max_tokens}.",
            )


class ChatService:
    """The use cases of a conversation. Every method works on the event loop of its caller."""

    def __init__(self, worker: StoreWorker) -> None:
        self._worker = worker
        self._unsaved: dict[MessageId, Message] = {}

    async def start_conversation(
        self, text: str, *, lang: str | None = None, sister_of: TreeId | None = None
    ) -> Message:
        """A new tree with this root prompt. Returns the prompt; its id names the tree.

        sister_of: the tree whose first prompt this one is an edit of.
        Raises: UsageError on an empty prompt, StorageError when it cannot be written.
        """
        prompt_id = new_message_id()
        root = Message(prompt_id, TreeId(prompt_id), None, Role.PROMPTER, _checked(text), lang=lang)
        await self._save_unsaved()
        await self._worker.run(
            lambda store: store.conversations.create(root, title=title_of(root.text), sister_of=sister_of)
        )
        return root

    async def add_prompt(
        self, tree_id: TreeId, parent_id: MessageId, text: str, *, lang: str | None = None
    ) -> Message:
        """A prompt that answers an assistant message; a second one under the same parent is a new branch.

        Raises: UsageError on an empty prompt or a parent that is no reply.
        """
        tree = await self._worker.run(lambda store: store.messages.tree(tree_id))
        if tree[parent_id].role is not Role.ASSISTANT:
            raise UsageError("wrong-parent", "A prompt can only answer a reply of the assistant.")
        prompt = Message(new_message_id(), tree_id, parent_id, Role.PROMPTER, _checked(text), lang=lang)
        await self._save_unsaved()
        added: Message = (await self._worker.run(lambda store: store.messages.add([prompt])))[0]
        return added

    async def edit_prompt(self, tree_id: TreeId, prompt_id: MessageId, text: str) -> Message:
        """A sibling of the prompt with another text; the old one and all below it stay.

        A tree has one root, so an edit of the first prompt starts a sister tree.
        """
        tree = await self._worker.run(lambda store: store.messages.tree(tree_id))
        prompt = tree[prompt_id]
        if prompt.role is not Role.PROMPTER:
            raise UsageError("not-a-prompt", "Only a prompt can be edited.")
        if prompt.parent_id is None:
            return await self.start_conversation(text, lang=prompt.lang, sister_of=tree_id)
        return await self.add_prompt(tree_id, prompt.parent_id, text, lang=prompt.lang)

    async def generate(
        self, engine: ReplyEngine, prompt: Message, options: GenerationOptions
    ) -> RunningGeneration:
        """Start `options.n` replies to a prompt; they join the siblings that are there already.

        The empty replies are in the store when this returns.
        Raises: UsageError when `n` or `max_tokens` is out of range, StorageError.
        """
        tree = await self._tree_to_answer(prompt, options)
        if prompt.id not in tree or tree[prompt.id].role is not Role.PROMPTER:
            raise UsageError("not-a-prompt", "Replies can only be generated for a prompt.")
        return await self._started(engine, tree, prompt.id, options)

    async def continue_reply(
        self, engine: ReplyEngine, reply: Message, options: GenerationOptions
    ) -> RunningGeneration:
        """Start `options.n` siblings of a reply that begin with its text and go on where it stops.

        Raises: UsageError when the reply is being written, is empty, or `options` are out of range;
        EngineError when the engine cannot do it; StorageError.
        """
        tree = await self._tree_to_answer(reply, options)
        original = tree.messages.get(reply.id)
        if original is None or original.role is not Role.ASSISTANT or original.parent_id is None:
            raise UsageError("not-a-reply", "Only a reply can be continued.")
        if original.state is MessageState.STREAMING or not original.text.strip():
            raise UsageError("nothing-to-continue", "There is no finished text to go on from.")
        if not await engine.can_continue():
            raise EngineError(
                "cannot-continue",
                "This engine cannot continue a reply.",
                hint="Ask for another reply, or use a model on this computer.",
            )
        return await self._started(engine, tree, original.parent_id, options, original)

    async def _tree_to_answer(self, message: Message, options: GenerationOptions) -> MessageTree:
        options.check()
        return await self._worker.run(lambda store: store.messages.tree(message.tree_id))

    async def _started(
        self,
        engine: ReplyEngine,
        tree: MessageTree,
        prompt_id: MessageId,
        options: GenerationOptions,
        continued: Message | None = None,
    ) -> RunningGeneration:
        """Replies to a prompt, from the beginning or from where another one stops: stored, then asked for."""
        options = replace(options, system_prompt=clean(options.system_prompt)[0])
        seed = secrets.randbelow(2**31) if options.seed is None else options.seed
        # a word's space belongs to the word that follows, and models write it themselves
        beginning = continued.text.rstrip(" ") if continued else ""
        await self._save_unsaved()
        new = [
            _new_reply(tree[prompt_id], engine.model_name, options, seed + i, continued, beginning)
            for i in range(options.n)
        ]
        replies = await self._worker.run(lambda store: store.messages.add(new))
        said = turns(tree, prompt_id, options.system_prompt)
        stream = engine.chat(
            [*said, {"role": "assistant", "content": beginning}] if beginning else said,
            n=options.n,
            seed=seed,
            max_tokens=options.max_tokens,
            sampling=options.sampling,
            continue_last=bool(beginning),
            truncation=options.drop_oldest,
        )
        return RunningGeneration(self._worker, stream, replies)

    async def events(self, generation: RunningGeneration) -> AsyncIterator[ChatEvent]:
        """The generation's events; replies the store refused are kept and written before the next change."""
        async for event in generation.events():
            yield event
        self._unsaved.update(generation.unsaved)

    async def save_unsaved(self) -> int:
        """Try again to write finished replies that the store refused. Returns how many were written."""
        count = len(self._unsaved)
        await self._save_unsaved()
        return count

    async def _save_unsaved(self) -> None:
        if self._unsaved:
            unsaved = list(self._unsaved.values())
            await self._worker.run(lambda store: store.messages.finish(unsaved))
            self._unsaved.clear()


def turns(tree: MessageTree, prompt_id: MessageId, system_prompt: str = "") -> list[dict[str, str]]:
    """The path to the prompt in the words of the chat protocol, oldest first."""
    roles = {Role.PROMPTER: "user", Role.ASSISTANT: "assistant"}
    system = [{"role": "system", "content": system_prompt}] if system_prompt.strip() else []
    return system + [{"role": roles[m.role], "content": m.text} for m in tree.path(prompt_id)]


def title_of(text: str) -> str:
    """A conversation's first title: the first line with text, cut at a word when it is long."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if len(line) <= TITLE_CHARACTERS:
        return line
    cut = line[:TITLE_CHARACTERS]
    return cut[: cut.rfind(" ")].rstrip() + "…" if " " in cut[20:] else cut + "…"


def _checked(text: str) -> str:
    """The text as it is stored. Raises: UsageError when there is none."""
    if not text.strip():
        raise UsageError("empty-prompt", "The prompt is empty.", hint="Type a message first.")
    return clean(text)[0]


def _new_reply(
    prompt: Message,
    model_name: str,
    options: GenerationOptions,
    seed: int,
    continued: Message | None,
    beginning: str,
) -> Message:
    """A reply that is about to be written."""
    return Message(
        new_message_id(),
        prompt.tree_id,
        prompt.id,
        Role.ASSISTANT,
        beginning,
        lang=prompt.lang,
        state=MessageState.STREAMING,
        synthetic=True,
        model_name=model_name,
        generation=Generation(
            seed=seed,
            preset=options.preset,
            sampling=dict(options.sampling),
            system_prompt=options.system_prompt,
            continues=continued.id if continued else None,
        ),
    )
