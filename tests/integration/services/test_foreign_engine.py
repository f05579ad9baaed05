"""The chat service over an engine that is not ours: several replies, stopping, and what it cannot say."""

from collections.abc import AsyncIterator, Iterator

import pytest

from oa_desktop.client.api import EngineClient
from oa_desktop.client.handle import remote_engine
from oa_desktop.conversation.message import Message, MessageState, Role
from oa_desktop.services.chat import ChatService, GenerationOptions
from oa_desktop.services.chat_events import GenerationEnded, ReplyDelta
from oa_desktop.store.worker import StoreWorker
from tests.integration.client.servers import TOUR, Served, foreign_server

pytestmark = [pytest.mark.model, pytest.mark.skipif(not TOUR.exists(), reason="no tour model")]
WARM = {"temperature": 0.9, "top_k": 50}


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with foreign_server(tmp_path_factory.mktemp("foreign")) as server:
        yield server


@pytest.fixture
async def engine(foreign: Served) -> AsyncIterator[EngineClient]:
    async with EngineClient(remote_engine(foreign.base_url, foreign.key)) as client:
        await client.model()
        yield client


async def replies_of(worker: StoreWorker, prompt: Message) -> list[Message]:
    tree = await worker.run(lambda store: store.messages.tree(prompt.tree_id))
    return [m for m in tree.messages.values() if m.role is Role.ASSISTANT]


async def test_four_replies_of_an_engine_that_gives_one_at_once_are_stored_complete(
    chat: ChatService, worker: StoreWorker, engine: EngineClient
) -> None:
    prompt = await chat.start_conversation("What can I do with this app?")
    options = GenerationOptions(n=4, max_tokens=40, seed=5, sampling=WARM)
    generation = await chat.generate(engine, prompt, options)
    streamed: dict[str, str] = {}
    ended = None
    async for event in chat.events(generation):
        if isinstance(event, ReplyDelta):
            streamed[event.message_id] = streamed.get(event.message_id, "") + event.text
        elif isinstance(event, GenerationEnded):
            ended = event
    assert ended is not None
    assert ended.error is None
    stored = await replies_of(worker, prompt)
    assert len(stored) == 4
    assert {reply.model_name for reply in stored} == {"theirs"}
    assert {reply.state for reply in stored} == {MessageState.COMPLETE}
    assert {reply.id: reply.text for reply in stored} == streamed
    assert [reply.generation.seed for reply in ended.replies if reply.generation] == [5, 6, 7, 8]

    follow_up = await chat.add_prompt(prompt.tree_id, stored[1].id, "And what is a tree?")
    generation = await chat.generate(engine, follow_up, options)
    async for event in chat.events(generation):
        assert not (isinstance(event, GenerationEnded) and event.error)
    assert len(await replies_of(worker, prompt)) == 8


async def test_stopping_in_the_second_round_keeps_what_there_is(
    chat: ChatService, worker: StoreWorker, engine: EngineClient
) -> None:
    prompt = await chat.start_conversation("What can I do with this app?")
    options = GenerationOptions(n=4, max_tokens=60, seed=5, sampling=WARM)
    generation = await chat.generate(engine, prompt, options)
    begun: set[str] = set()
    async for event in chat.events(generation):
        if isinstance(event, ReplyDelta):
            begun.add(event.message_id)
            if len(begun) == 2:
                generation.stop()
    states = sorted(reply.state for reply in await replies_of(worker, prompt))
    assert states == [MessageState.COMPLETE, *[MessageState.STOPPED] * 3]
    again = await chat.generate(engine, prompt, GenerationOptions(n=1, max_tokens=5, sampling=WARM))
    assert [event async for event in chat.events(again)][-1].replies[0].state is MessageState.COMPLETE


async def test_a_conversation_too_long_for_it_is_said_to_be_so(
    chat: ChatService, worker: StoreWorker, engine: EngineClient
) -> None:
    prompt = await chat.start_conversation("李白 " * 2000)
    generation = await chat.generate(engine, prompt, GenerationOptions(n=2, max_tokens=5))
    ended = [event async for event in chat.events(generation)][-1]
    assert ended.error is not None
    assert ended.error.code == "context-exceeded"
    assert {reply.state for reply in await replies_of(worker, prompt)} == {MessageState.FAILED}


async def test_a_reply_that_another_request_interrupts_is_not_called_complete(
    chat: ChatService, worker: StoreWorker, engine: EngineClient, foreign: Served
) -> None:
    prompt = await chat.start_conversation("What can I do with this app?")
    options = GenerationOptions(n=1, max_tokens=900, seed=1, sampling={"temperature": 2.0})
    generation = await chat.generate(engine, prompt, options)
    interrupted = False
    async with EngineClient(remote_engine(foreign.base_url, foreign.key)) as other:
        async for event in chat.events(generation):
            if isinstance(event, ReplyDelta) and not interrupted:
                interrupted = True
                await other.models()  # even asking for the models is enough for this server
    (reply,) = await replies_of(worker, prompt)
    assert reply.state is MessageState.INTERRUPTED
    assert reply.text
