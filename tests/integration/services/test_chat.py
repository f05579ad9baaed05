"""Asking and generating: real store, real engine process, the fake backend behind it."""

import os
import signal
import sys
from collections.abc import AsyncIterator

import pytest

from oa_desktop.client.api import EngineClient
from oa_desktop.client.events import ChatStreamEvent, ChoiceDelta, ChoiceEnd
from oa_desktop.conversation.message import Message, MessageState, Role
from oa_desktop.errors import StorageError, UsageError
from oa_desktop.services.chat import ChatService, GenerationOptions, title_of, turns
from oa_desktop.services.chat_events import (
    ChatEvent,
    GenerationEnded,
    GenerationStarted,
    ReplyDelta,
    ReplyEnded,
)
from oa_desktop.services.reply_saver import SAVE_INTERVAL_S
from oa_desktop.store.store import Store
from oa_desktop.store.worker import StoreWorker

from .conftest import StartEngine

GREEDY = {"temperature": 0.7}


def options(n: int = 2, max_tokens: int = 24, **values: object) -> GenerationOptions:
    return GenerationOptions(n=n, max_tokens=max_tokens, seed=7, sampling=GREEDY, **values)


async def all_events(
    chat: ChatService, engine: EngineClient, prompt: Message, chosen: GenerationOptions
) -> list[ChatEvent]:
    generation = await chat.generate(engine, prompt, chosen)
    return [event async for event in chat.events(generation)]


async def stored(worker: StoreWorker, prompt: Message) -> dict[str, Message]:
    tree = await worker.run(lambda store: store.messages.tree(prompt.tree_id))
    return {message.id: message for message in tree.messages.values()}


async def test_replies_stream_together_and_end_in_the_store(
    chat: ChatService, worker: StoreWorker, start_engine: StartEngine
) -> None:
    _, engine = await start_engine()
    prompt = await chat.start_conversation("What is a tree?", lang="en")
    events = await all_events(chat, engine, prompt, options(n=4))
    assert isinstance(events[0], GenerationStarted)
    assert isinstance(events[-1], GenerationEnded)
    assert events[-1].error is None
    streamed = {reply.id: "" for reply in events[0].replies}
    for event in events:
        if isinstance(event, ReplyDelta):
            streamed[event.message_id] += event.text
    in_store = await stored(worker, prompt)
    assert len(streamed) == 4
    for index, (message_id, text) in enumerate(streamed.items()):
        reply = in_store[message_id]
        assert reply.text == text != ""
        assert reply.state is MessageState.COMPLETE
        assert (reply.role, reply.synthetic, reply.lang) == (Role.ASSISTANT, True, "en")
        assert reply.model_name == engine.model_name
        assert reply.generation is not None
        assert reply.generation.seed == 7 + index
        assert reply.generation.prompt_tokens > 0
        assert reply.generation.finish_reason in {"stop", "length"}
    assert sum(isinstance(event, ReplyEnded) for event in events) == 4


async def test_the_replies_are_on_disk_before_the_first_token(
    chat: ChatService, worker: StoreWorker, start_engine: StartEngine
) -> None:
    _, engine = await start_engine()
    prompt = await chat.start_conversation("hello")
    generation = await chat.generate(engine, prompt, options())
    in_store = await stored(worker, prompt)
    assert sorted(m.state for m in in_store.values()) == ["complete", "streaming", "streaming"]
    generation.stop()
    ended = [event async for event in chat.events(generation)]
    assert [m.state for m in ended[-1].replies] == [MessageState.STOPPED] * 2


async def test_stopping_keeps_the_partial_text(
    chat: ChatService, worker: StoreWorker, start_engine: StartEngine
) -> None:
    _, engine = await start_engine(pace_s=0.02)
    prompt = await chat.start_conversation("hello")
    generation = await chat.generate(engine, prompt, options(n=1, max_tokens=2000))
    shown = ""
    async for event in chat.events(generation):
        if isinstance(event, ReplyDelta):
            shown += event.text
            if len(shown) > 20:
                generation.stop()
        elif isinstance(event, ReplyEnded):
            assert event.message.state is MessageState.STOPPED
            assert event.message.text == shown
    assert [m.text for m in (await stored(worker, prompt)).values() if m.role is Role.ASSISTANT] == [shown]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
async def test_e01_a_killed_engine_leaves_the_partial_text_marked_interrupted_and_a_new_one_works(
    chat: ChatService, worker: StoreWorker, start_engine: StartEngine
) -> None:
    process, engine = await start_engine(pace_s=0.02)
    prompt = await chat.start_conversation("hello")
    generation = await chat.generate(engine, prompt, options(n=2, max_tokens=2000))
    shown, killed = "", False
    events = []
    async for event in chat.events(generation):
        events.append(event)
        if isinstance(event, ReplyDelta):
            shown += event.text
            if len(shown) > 20 and not killed:
                os.kill(process.pid, signal.SIGKILL)
                killed = True
    ended = events[-1]
    assert isinstance(ended, GenerationEnded)
    assert ended.error is not None
    assert "9" in ended.error.title or "SIGKILL" in ended.error.title
    replies = [m for m in (await stored(worker, prompt)).values() if m.role is Role.ASSISTANT]
    assert [m.state for m in replies] == [MessageState.INTERRUPTED] * 2
    assert sum(len(m.text) for m in replies) == len(shown)
    _, second = await start_engine()
    again = await all_events(chat, second, prompt, options(n=1))
    assert again[-1].error is None
    assert len(await stored(worker, prompt)) == 4


async def test_s01_a_streaming_reply_is_written_as_it_grows(
    chat: ChatService, worker: StoreWorker, start_engine: StartEngine
) -> None:
    _, engine = await start_engine(pace_s=0.02)
    prompt = await chat.start_conversation("hello")
    generation = await chat.generate(engine, prompt, options(n=1, max_tokens=2000))
    text, sizes_on_disk = "", set()
    async for event in chat.events(generation):
        if isinstance(event, ReplyDelta):
            text += event.text
            on_disk = (await stored(worker, prompt))[event.message_id].text
            assert text.startswith(on_disk)
            sizes_on_disk.add(len(on_disk))
            if len(sizes_on_disk) > 3:
                generation.stop()
    assert len(sizes_on_disk) > 3, "the row did not grow while the reply streamed"
    assert SAVE_INTERVAL_S < 0.5


async def test_s04_what_the_store_refuses_is_kept_and_written_once_there_is_room(
    chat: ChatService, worker: StoreWorker
) -> None:
    prompt = await chat.start_conversation("hello")
    generation = await chat.generate(LongWindedEngine(), prompt, options(n=1))
    await worker.run(lambda store: pragma(store, "wal_checkpoint(TRUNCATE)"))
    pages = await worker.run(lambda store: pragma(store, "page_count"))
    await worker.run(lambda store: pragma(store, f"max_page_count = {pages}"))
    events = [event async for event in chat.events(generation)]
    reply = events[-1].replies[0]
    assert isinstance(events[-1].error, StorageError)
    assert (reply.text, reply.state) == (LongWindedEngine.text, MessageState.COMPLETE)
    with pytest.raises(StorageError):
        await chat.start_conversation("typed while the disk is full")
    await worker.run(lambda store: pragma(store, "max_page_count = 1000000"))
    assert await chat.save_unsaved() == 1
    assert (await stored(worker, prompt))[reply.id].text == reply.text


async def test_an_edit_is_a_sibling_and_an_edit_of_the_first_prompt_a_sister_tree(
    chat: ChatService, worker: StoreWorker, start_engine: StartEngine
) -> None:
    _, engine = await start_engine()
    prompt = await chat.start_conversation("first")
    reply = (await all_events(chat, engine, prompt, options(n=1)))[-1].replies[0]
    follow_up = await chat.add_prompt(prompt.tree_id, reply.id, "second")
    edited = await chat.edit_prompt(prompt.tree_id, follow_up.id, "second, better")
    assert (edited.parent_id, edited.tree_id) == (reply.id, prompt.tree_id)
    sister = await chat.edit_prompt(prompt.tree_id, prompt.id, "first, better")
    assert sister.tree_id != prompt.tree_id
    family = await worker.run(lambda store: store.conversations.family(prompt.tree_id))
    assert family == (prompt.tree_id, sister.tree_id)
    assert len(await stored(worker, prompt)) == 4


@pytest.mark.parametrize("text", ["", "  \n\t "])
async def test_an_empty_prompt_is_refused_and_nothing_is_stored(
    chat: ChatService, worker: StoreWorker, text: str
) -> None:
    with pytest.raises(UsageError, match="empty"):
        await chat.start_conversation(text)
    assert await worker.run(lambda store: store.conversations.count()) == 0


@pytest.mark.parametrize("n", [0, -1, 5000])
async def test_a_number_of_replies_out_of_range_is_named(
    chat: ChatService, start_engine: StartEngine, n: int
) -> None:
    _, engine = await start_engine()
    prompt = await chat.start_conversation("hello")
    with pytest.raises(UsageError, match=f"not {n}"):
        await chat.generate(engine, prompt, options(n=n))


async def test_a_prompt_can_only_answer_a_reply(chat: ChatService) -> None:
    prompt = await chat.start_conversation("hello")
    with pytest.raises(UsageError, match="only answer a reply"):
        await chat.add_prompt(prompt.tree_id, prompt.id, "more")


async def test_a_prompt_longer_than_the_context_says_both_numbers_and_marks_the_reply_failed(
    chat: ChatService, worker: StoreWorker, start_engine: StartEngine
) -> None:
    _, engine = await start_engine()
    prompt = await chat.start_conversation("x" * 200_000)
    events = await all_events(chat, engine, prompt, options(n=1))
    assert events[-1].error is not None
    assert "200" in events[-1].error.sentence + events[-1].error.detail
    assert [m.state for m in (await stored(worker, prompt)).values()][1:] == [MessageState.FAILED]


async def test_the_system_prompt_comes_first_and_the_path_follows(
    chat: ChatService, worker: StoreWorker
) -> None:
    prompt = await chat.start_conversation("hello")
    tree = await worker.run(lambda store: store.messages.tree(prompt.tree_id))
    assert turns(tree, prompt.id, "Be kind.") == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "hello"},
    ]


class LongWindedEngine:
    """An engine whose reply fits on no page that is there."""

    model_name = "long-winded"
    text = "word " * 50_000

    async def chat(self, messages: object, **_: object) -> AsyncIterator[ChatStreamEvent]:
        yield ChoiceDelta(0, self.text)
        yield ChoiceEnd(0, "stop")


def pragma(store: Store, setting: str) -> int:
    return store._database.conn.execute(f"PRAGMA {setting}").fetchone()[0]


class BreakingEngine:
    """An engine whose stream ends without having ended its replies."""

    model_name = "breaking"

    async def chat(self, messages: object, **_: object) -> AsyncIterator[ChatStreamEvent]:
        yield ChoiceDelta(0, "one")
        yield ChoiceEnd(0, "stop")
        yield ChoiceDelta(1, "two")


async def test_a_stream_that_just_ends_leaves_its_open_replies_interrupted(
    chat: ChatService, worker: StoreWorker
) -> None:
    prompt = await chat.start_conversation("hello")
    events = await all_events(chat, BreakingEngine(), prompt, options(n=2))
    assert [(m.text, m.state) for m in events[-1].replies] == [
        ("one", MessageState.COMPLETE),
        ("two", MessageState.INTERRUPTED),
    ]


def test_a_title_is_the_first_line_cut_at_a_word() -> None:
    assert title_of("\n\n  What is a llama?  \nmore") == "What is a llama?"
    assert title_of("word " * 40) == ("word " * 12).rstrip() + "…"
    assert title_of("关" * 100) == "关" * 60 + "…"


class OneByOneEngine:
    """An engine whose later replies end first."""

    model_name = "one by one"

    async def chat(self, messages: object, **_: object) -> AsyncIterator[ChatStreamEvent]:
        for index in (2, 0, 1):
            yield ChoiceDelta(index, f"reply {index}")
            yield ChoiceEnd(index, "stop")


async def test_replies_come_back_in_the_order_of_their_seeds_however_they_ended(chat: ChatService) -> None:
    prompt = await chat.start_conversation("hello")
    events = await all_events(chat, OneByOneEngine(), prompt, options(n=3))
    assert [reply.text for reply in events[-1].replies] == ["reply 0", "reply 1", "reply 2"]
    assert [reply.generation.seed for reply in events[-1].replies] == [7, 8, 9]


class FaultyEngine:
    """An engine client with a bug."""

    model_name = "faulty"

    async def chat(self, messages: object, **_: object) -> AsyncIterator[ChatStreamEvent]:
        yield ChoiceDelta(0, "so far")
        raise KeyError("bug")


async def test_a_bug_in_the_stream_fails_the_reply_instead_of_passing_for_its_end(
    chat: ChatService, worker: StoreWorker
) -> None:
    prompt = await chat.start_conversation("hello")
    events = await all_events(chat, FaultyEngine(), prompt, options(n=1))
    assert isinstance(events[-1], GenerationEnded)
    assert events[-1].error is not None
    assert [(m.text, m.state) for m in events[-1].replies] == [("so far", MessageState.FAILED)]


async def test_s19_text_that_no_file_can_hold_is_replaced_before_it_goes_anywhere(
    chat: ChatService, worker: StoreWorker, start_engine: StartEngine
) -> None:
    _, engine = await start_engine()
    prompt = await chat.start_conversation("a\ud800b\0c")
    assert prompt.text == "a\ufffdb\ufffdc"
    chosen = options(n=1, system_prompt="kind\udcff")
    ended = (await all_events(chat, engine, prompt, chosen))[-1]
    assert ended.error is None
    assert ended.replies[0].generation.system_prompt == "kind\ufffd"
