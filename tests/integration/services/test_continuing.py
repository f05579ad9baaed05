"""Going on with a reply: always a sibling that begins with its text, never a change of what is there."""

from collections.abc import AsyncIterator

import pytest

from oa_desktop.client.api import EngineClient
from oa_desktop.client.events import ChatStreamEvent, ChoiceDelta, ChoiceEnd
from oa_desktop.conversation.message import Message, MessageState
from oa_desktop.errors import EngineError, UsageError
from oa_desktop.services.chat import ChatService, GenerationOptions
from oa_desktop.services.chat_events import GenerationEnded, GenerationStarted, ReplyDelta
from oa_desktop.services.generation import RunningGeneration
from oa_desktop.store.worker import StoreWorker

from .conftest import StartEngine

GREEDY = {"temperature": 0.0, "ignore_eos": True}


def options(max_tokens: int = 12, n: int = 1) -> GenerationOptions:
    return GenerationOptions(n=n, max_tokens=max_tokens, seed=7, sampling=GREEDY)


async def ended(chat: ChatService, generation: RunningGeneration) -> GenerationEnded:
    events = [event async for event in chat.events(generation)]
    assert isinstance(events[-1], GenerationEnded)
    return events[-1]


async def reply_to(chat: ChatService, engine: EngineClient, text: str, max_tokens: int = 12) -> Message:
    prompt = await chat.start_conversation(text)
    generation = await chat.generate(engine, prompt, options(max_tokens))
    return (await ended(chat, generation)).replies[0]


class Recorder:
    """Answers with a fixed text and keeps what it was asked."""

    model_name = "recorder"

    def __init__(self, text: str = " and more", *, continues: bool = True) -> None:
        self.text, self.continues = text, continues
        self.messages: list[dict[str, str]] = []
        self.options: dict[str, object] = {}

    async def can_continue(self) -> bool:
        return self.continues

    async def chat(self, messages: list[dict[str, str]], **asked: object) -> AsyncIterator[ChatStreamEvent]:
        self.messages, self.options = messages, asked
        for index in range(int(str(asked["n"]))):
            if self.text:
                yield ChoiceDelta(index, self.text)
            yield ChoiceEnd(index, "stop")


async def test_a_reply_cut_at_its_length_goes_on_as_a_sibling_and_stays_as_it_was(
    chat: ChatService, worker: StoreWorker, start_engine: StartEngine
) -> None:
    _, engine = await start_engine()
    first = await reply_to(chat, engine, "hello")
    assert first.generation is not None
    assert first.generation.finish_reason == "length"
    generation = await chat.continue_reply(engine, first, options())
    result = await ended(chat, generation)
    assert result.error is None
    (second,) = result.replies
    tree = await worker.run(lambda store: store.messages.tree(first.tree_id))
    assert tree[first.id].text == first.text
    assert [m.id for m in tree.siblings(first.id)] == [first.id, second.id]
    assert tree[second.id].text == second.text
    assert second.text.startswith(first.text.rstrip(" "))
    assert len(second.text) > len(first.text)
    assert second.generation is not None
    assert second.generation.continues == tree[second.id].generation.continues == first.id
    assert second.generation.completion_tokens == 12


async def test_the_engine_gets_the_conversation_with_the_unfinished_reply_at_its_end(
    chat: ChatService,
) -> None:
    engine = Recorder("Once upon a ")
    first = await reply_to(chat, engine, "tell me")
    assert engine.options["continue_last"] is False
    await ended(chat, await chat.continue_reply(engine, first, options()))
    assert engine.messages == [
        {"role": "user", "content": "tell me"},
        {"role": "assistant", "content": "Once upon a"},
    ]
    assert engine.options["continue_last"] is True


async def test_the_text_so_far_is_in_the_store_and_shown_before_the_first_new_token(
    chat: ChatService, worker: StoreWorker, start_engine: StartEngine
) -> None:
    _, engine = await start_engine(pace_s=0.02)
    first = await reply_to(chat, engine, "hello")
    generation = await chat.continue_reply(engine, first, options(max_tokens=500))
    shown = ""
    async for event in chat.events(generation):
        match event:
            case GenerationStarted(replies=replies):
                shown = replies[0].text
                assert shown == first.text.rstrip(" ")
                row = await worker.run(lambda store, reply_id=replies[0].id: store.messages.get(reply_id))
                assert (row.text, row.state) == (shown, MessageState.STREAMING)
            case ReplyDelta(text=text):
                shown += text
                generation.stop()
            case GenerationEnded(replies=replies):
                assert (replies[0].text, replies[0].state) == (shown, MessageState.STOPPED)
    assert len(shown) > len(first.text)


async def test_a_stopped_reply_can_be_continued_and_so_can_the_one_that_comes_of_it(
    chat: ChatService,
) -> None:
    engine = Recorder("one")
    first = await reply_to(chat, engine, "count")
    engine.text = " two"
    (second,) = (await ended(chat, await chat.continue_reply(engine, first, options()))).replies
    engine.text = " three"
    (third,) = (await ended(chat, await chat.continue_reply(engine, second, options()))).replies
    assert third.text == "one two three"


async def test_several_ways_to_go_on_are_several_siblings(chat: ChatService) -> None:
    engine = Recorder("one")
    first = await reply_to(chat, engine, "count")
    result = await ended(chat, await chat.continue_reply(engine, first, options(n=3)))
    assert [reply.text for reply in result.replies] == ["oneone"] * 3


async def test_e14_what_is_no_finished_reply_is_not_continued(chat: ChatService) -> None:
    engine = Recorder("")
    empty = await reply_to(chat, engine, "hello")
    with pytest.raises(UsageError, match="no finished text"):
        await chat.continue_reply(engine, empty, options())
    prompt = await chat.start_conversation("hello")
    with pytest.raises(UsageError, match="Only a reply"):
        await chat.continue_reply(engine, prompt, options())


async def test_an_engine_that_would_begin_anew_is_not_asked_and_nothing_is_stored(
    chat: ChatService, worker: StoreWorker
) -> None:
    engine = Recorder("one", continues=False)
    first = await reply_to(chat, engine, "count")
    with pytest.raises(EngineError, match="cannot continue"):
        await chat.continue_reply(engine, first, options())
    tree = await worker.run(lambda store: store.messages.tree(first.tree_id))
    assert len(tree) == 2
