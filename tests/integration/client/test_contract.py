"""One suite for every engine the app can drive: ours, and llama-cpp-python's own server as a foreign one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, suppress

import psutil
import pytest

from oa_desktop.client.api import EngineClient
from oa_desktop.client.errors import (
    ContextExceeded,
    EngineFailed,
    EngineUnreachable,
    KeyRefused,
    NotServed,
    RequestRefused,
)
from oa_desktop.client.events import INTERRUPTED, ChoiceDelta, ChoiceEnd, Usage
from oa_desktop.client.handle import remote_engine
from oa_desktop.errors import EngineError

from .servers import KEY, TOUR, Served, foreign_server, our_server

pytestmark = [pytest.mark.model, pytest.mark.skipif(not TOUR.exists(), reason="no tour model")]
QUESTION = [{"role": "user", "content": "What can I do with this app?"}]
WARM = {"temperature": 0.9, "top_k": 50, "top_p": 0.95, "repetition_penalty": 1.1}
GREEDY = {"temperature": 0.0}
SLOW_S = 60


@pytest.fixture(scope="module", params=["ours", "foreign"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp(request.param)
    with (our_server if request.param == "ours" else foreign_server)(folder) as server:
        yield server


@pytest.fixture
async def engine(served: Served) -> AsyncIterator[EngineClient]:
    async with EngineClient(remote_engine(served.base_url, served.key)) as client:
        yield client


async def ask(engine: EngineClient, n: int = 1, messages=QUESTION, **options):
    """The texts, the reasons in the order of the replies, and the usage where the engine counts."""
    texts, reasons, usage = [""] * n, [""] * n, None
    async with asyncio.timeout(SLOW_S):
        async for event in engine.chat(messages, n=n, **options):
            match event:
                case ChoiceDelta():
                    assert not reasons[event.index], "text after the end"
                    texts[event.index] += event.text
                case ChoiceEnd():
                    assert not reasons[event.index], "two ends"
                    reasons[event.index] = event.finish_reason
                case Usage():
                    assert usage is None, "two counts"
                    usage = event
    return texts, reasons, usage


async def test_the_engine_answers_and_names_its_model(engine):
    assert await engine.health()
    (model,) = await engine.models()
    assert model.name
    await ask(engine, max_tokens=1)
    assert engine.model_name == model.name


async def test_a_reply_streams_piece_by_piece_and_ends_with_its_reason(engine):
    pieces = []
    async for event in engine.chat(QUESTION, max_tokens=12, sampling=GREEDY):
        pieces.append(event)
    deltas = [piece for piece in pieces if isinstance(piece, ChoiceDelta)]
    assert len(deltas) > 3
    assert "".join(delta.text for delta in deltas).strip()
    assert [piece.finish_reason for piece in pieces if isinstance(piece, ChoiceEnd)] == ["length"]


async def test_four_replies_come_whatever_the_engine_gives_at_once(engine):
    texts, reasons, _ = await ask(engine, 4, seed=5, max_tokens=60, sampling=WARM)
    assert all(texts)
    assert len(set(texts)) > 1
    assert set(reasons) <= {"stop", "length"}


async def test_the_same_seed_gives_the_same_reply_and_reply_i_has_seed_plus_i(engine):
    several, _, _ = await ask(engine, 4, seed=11, max_tokens=40, sampling=WARM)
    again, _, _ = await ask(engine, 4, seed=11, max_tokens=40, sampling=WARM)
    assert several == again
    alone, _, _ = await ask(engine, seed=11, max_tokens=40, sampling=WARM)
    assert alone[0] == several[0]


async def test_a_stop_string_ends_the_reply_and_is_no_part_of_it(engine):
    (whole,), _, _ = await ask(engine, max_tokens=60, sampling=GREEDY)
    word = whole.split()[4]
    (cut,), reasons, _ = await ask(engine, max_tokens=60, sampling=GREEDY, stop=[word])
    assert cut.rstrip() == whole[: whole.index(word)].rstrip()
    assert reasons == ["stop"]


async def test_a_system_turn_and_earlier_turns_reach_the_model(engine):
    turns = [
        {"role": "system", "content": "You are a careful assistant."},
        *QUESTION,
        {"role": "assistant", "content": "You can chat."},
        {"role": "user", "content": "And rank?"},
    ]
    (text,), _, _ = await ask(engine, messages=turns, max_tokens=20, sampling=GREEDY)
    assert text.strip()


async def test_an_unfinished_character_is_never_shown(engine):
    turns = [{"role": "user", "content": "Say 李白 and 🙂 and é."}]
    texts, _, _ = await ask(engine, 2, messages=turns, seed=3, max_tokens=60, sampling={"temperature": 1.8})
    assert all(text.encode("utf-8") for text in texts)


async def test_too_long_a_conversation_is_called_that(engine):
    with pytest.raises(ContextExceeded, match=r"longer than|context holds"):
        await ask(engine, messages=[{"role": "user", "content": "李白 " * 2000}])
    assert (await ask(engine, max_tokens=3))[0][0]


async def test_a_wrong_number_is_refused_with_the_name_of_the_field(engine):
    with pytest.raises((RequestRefused, EngineFailed), match="top_p"):
        await ask(engine, sampling={"top_p": 9.0})
    assert (await ask(engine, max_tokens=3))[0][0]


async def test_who_hangs_up_is_not_waited_for(engine):
    async with aclosing(engine.chat(QUESTION, n=4, max_tokens=900, sampling=WARM)) as stream:
        await anext(stream)
    async with asyncio.timeout(SLOW_S):
        texts, _, _ = await ask(engine, max_tokens=5, sampling=GREEDY)
    assert texts[0]


async def test_two_questions_at_once_are_answered_or_said_to_be_interrupted(engine):
    await ask(engine, max_tokens=1)
    answers = await asyncio.gather(*(ask(engine, max_tokens=50, seed=seed) for seed in (1, 2)))
    for texts, reasons, _ in answers:
        assert texts[0] or reasons == [INTERRUPTED]
        assert reasons[0] in {"stop", "length", INTERRUPTED}
    assert any(reasons != [INTERRUPTED] for _, reasons, _ in answers)


async def test_a_wrong_key_is_called_that(served):
    async with EngineClient(remote_engine(served.base_url, KEY[:-1])) as client:
        with pytest.raises(KeyRefused):
            await client.models()
        with pytest.raises(KeyRefused):
            await ask(client)


async def test_a_path_that_is_not_there_is_called_that(served):
    async with EngineClient(remote_engine(served.base_url.replace("/v1", "/v9"), served.key)) as client:
        with pytest.raises(NotServed):
            await client.models()


async def test_counting_tokens_works_or_is_said_to_be_missing(engine):
    with suppress(NotServed):
        assert await engine.count_tokens(QUESTION) > 5


async def test_nobody_at_the_address_is_called_that(tmp_path):
    with our_server(tmp_path) as server:
        address = server.base_url
    async with EngineClient(remote_engine(address, KEY)) as client:
        with pytest.raises(EngineUnreachable):
            await client.models()


@pytest.mark.parametrize("start", [our_server, foreign_server], ids=["ours", "foreign"])
async def test_a_server_that_dies_mid_reply_leaves_the_text_and_an_error(start, tmp_path):
    text = ""
    with start(tmp_path) as server:
        family = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
        async with EngineClient(remote_engine(server.base_url, KEY)) as client:
            with pytest.raises(EngineError):  # noqa: PT012
                async with aclosing(client.chat(QUESTION, n=4, max_tokens=900)) as stream:
                    async for event in stream:
                        text += event.text if isinstance(event, ChoiceDelta) else ""
                        if text:
                            for process in family:
                                with suppress(psutil.NoSuchProcess):
                                    process.kill()
    assert text
