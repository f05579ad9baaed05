"""A conversation at the end of its context, and what is kept of how each reply was made."""

from collections.abc import AsyncIterator

import pytest

from oa_desktop.client.api import EngineClient
from oa_desktop.client.errors import ContextExceeded
from oa_desktop.client.events import ChatStreamEvent, ChoiceDelta, ChoiceEnd, TurnsDropped, Usage
from oa_desktop.conversation.message import Message, MessageState
from oa_desktop.services.chat import ChatService, GenerationOptions
from oa_desktop.services.chat_events import ChatEvent, GenerationEnded, RepliesNoted, ReplyDelta
from oa_desktop.store.worker import StoreWorker

from .conftest import StartEngine

CONTEXT = 200


def options(**values: object) -> GenerationOptions:
    return GenerationOptions(max_tokens=20, seed=7, sampling={"temperature": 0.7}, **values)


async def events_of(
    chat: ChatService, engine: EngineClient, prompt: Message, chosen: GenerationOptions
) -> list[ChatEvent]:
    generation = await chat.generate(engine, prompt, chosen)
    return [event async for event in chat.events(generation)]


async def long_conversation(chat: ChatService, engine: EngineClient, turns: int) -> Message:
    """A prompt after so many turns that are answered."""
    prompt = await chat.start_conversation("tell me of trees")
    for _ in range(turns):
        ended = (await events_of(chat, engine, prompt, options()))[-1]
        assert isinstance(ended, GenerationEnded)
        assert ended.error is None
        prompt = await chat.add_prompt(prompt.tree_id, ended.replies[0].id, "and what else is there?")
    return prompt


async def test_e13_what_was_left_out_is_told_before_the_text_and_kept_on_the_node(
    chat: ChatService, worker: StoreWorker, start_engine: StartEngine
) -> None:
    _, engine = await start_engine(ctx=CONTEXT)
    prompt = await long_conversation(chat, engine, 8)
    events = await events_of(chat, engine, prompt, options(n=2))
    noted = next(index for index, event in enumerate(events) if isinstance(event, RepliesNoted))
    assert noted < next(index for index, event in enumerate(events) if isinstance(event, ReplyDelta))
    dropped = {reply.generation.dropped_messages for reply in events[noted].replies}
    assert len(dropped) == 1
    assert min(dropped) >= 2
    tree = await worker.run(lambda store: store.messages.tree(prompt.tree_id))
    stored = tree.children(prompt.id)
    assert {reply.generation.dropped_messages for reply in stored} == dropped
    assert all(reply.generation.prompt_tokens < CONTEXT for reply in stored)


async def test_e13_a_person_who_wants_to_be_told_instead_is_told_with_both_numbers(
    chat: ChatService, start_engine: StartEngine
) -> None:
    _, engine = await start_engine(ctx=CONTEXT)
    prompt = await long_conversation(chat, engine, 8)
    ended = (await events_of(chat, engine, prompt, options(drop_oldest=False)))[-1]
    assert isinstance(ended.error, ContextExceeded)
    assert str(CONTEXT) in ended.error.title
    assert ended.replies[0].state is MessageState.FAILED


async def test_e13_a_reply_that_reaches_the_end_of_the_context_is_complete_and_says_why(
    chat: ChatService, start_engine: StartEngine
) -> None:
    _, engine = await start_engine(ctx=64)
    prompt = await chat.start_conversation("z" * 30)
    chosen = GenerationOptions(max_tokens=5000, seed=7, sampling={"ignore_eos": True})
    (reply,) = (await events_of(chat, engine, prompt, chosen))[-1].replies
    assert reply.state is MessageState.COMPLETE
    assert reply.generation.finish_reason == "length"
    assert 64 <= reply.generation.prompt_tokens + reply.generation.completion_tokens <= 65


async def test_each_reply_keeps_what_it_cost(
    chat: ChatService, worker: StoreWorker, start_engine: StartEngine
) -> None:
    _, engine = await start_engine()
    prompt = await chat.start_conversation("tell me of trees")
    chosen = GenerationOptions(n=3, max_tokens=9, seed=7, sampling={"ignore_eos": True})
    await events_of(chat, engine, prompt, chosen)
    await events_of(chat, engine, prompt, chosen)
    tree = await worker.run(lambda store: store.messages.tree(prompt.tree_id))
    made = [reply.generation for reply in tree.children(prompt.id)]
    assert [generation.completion_tokens for generation in made] == [9] * 6
    assert all(0 < generation.first_token_s <= generation.duration_s for generation in made)
    assert all(generation.tokens_per_s > 0 for generation in made)
    assert {generation.finish_reason for generation in made} == {"length"}
    reused = [generation.reused_tokens for generation in made]
    assert reused[:3] == [0] * 3
    assert reused[3:] == [made[0].prompt_tokens - 1] * 3


async def test_a_stopped_reply_keeps_what_was_read_for_it(
    chat: ChatService, worker: StoreWorker, start_engine: StartEngine
) -> None:
    _, engine = await start_engine(pace_s=0.01)
    prompt = await chat.start_conversation("tell me of trees")
    chosen = GenerationOptions(n=2, max_tokens=500, seed=7, sampling={"ignore_eos": True})
    for reused in (False, True):
        generation = await chat.generate(engine, prompt, chosen)
        noted, ended = None, None
        async for event in chat.events(generation):
            if isinstance(event, RepliesNoted):
                noted = event
            elif isinstance(event, ReplyDelta):
                assert noted is not None, "told with the first text at the latest"
                generation.stop()
            elif isinstance(event, GenerationEnded):
                ended = event
        assert ended is not None
        for reply in ended.replies:
            stored = await worker.run(lambda store, reply_id=reply.id: store.messages.get(reply_id))
            assert stored.state is MessageState.STOPPED
            made = stored.generation
            assert made.prompt_tokens > 10
            assert made.reused_tokens == (made.prompt_tokens - 1 if reused else 0)


class CountingTogether:
    """An engine that counts its replies in one sum, as most do, and sends several tokens in one piece."""

    model_name = "counting"

    async def chat(self, messages: object, *, n: int, **_: object) -> AsyncIterator[ChatStreamEvent]:
        yield TurnsDropped(4)
        for index in range(n):
            yield ChoiceDelta(index, "three tokens long")
            yield ChoiceEnd(index, "stop")
        yield Usage(10, 3 * n, reused_tokens=2)


@pytest.mark.parametrize(("n", "tokens"), [(1, 3), (2, 1)])
async def test_a_sum_counts_for_a_reply_that_is_alone(chat: ChatService, n: int, tokens: int) -> None:
    prompt = await chat.start_conversation("hello")
    ended = (await events_of(chat, CountingTogether(), prompt, options(n=n)))[-1]
    assert [reply.generation.completion_tokens for reply in ended.replies] == [tokens] * n
    assert [reply.generation.dropped_messages for reply in ended.replies] == [4] * n


async def test_deltas_tell_how_fast_it_goes(chat: ChatService, start_engine: StartEngine) -> None:
    _, engine = await start_engine(pace_s=0.01)
    prompt = await chat.start_conversation("hello")
    events = await events_of(chat, engine, prompt, options(n=1))
    deltas = [event for event in events if isinstance(event, ReplyDelta)]
    assert [delta.tokens for delta in deltas] == list(range(1, len(deltas) + 1))
    assert {delta.first_token_s for delta in deltas} == {deltas[0].elapsed_s}
    assert [delta.elapsed_s for delta in deltas] == sorted(delta.elapsed_s for delta in deltas)
