"""The same policy at both engines: the oldest turns are left out, and it is said how many."""

from collections.abc import AsyncIterator, Iterator

import pytest

from oa_desktop.client.api import EngineClient
from oa_desktop.client.errors import ContextExceeded
from oa_desktop.client.events import ChoiceEnd, TurnsDropped
from oa_desktop.client.handle import remote_engine

from .servers import TOUR, Served, foreign_server, our_server

pytestmark = [pytest.mark.model, pytest.mark.skipif(not TOUR.exists(), reason="no tour model")]
TEXT = "A tree is a tall plant with a trunk and branches made of wood. " * 4


@pytest.fixture(scope="module", params=["ours", "foreign"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp(request.param)
    with (our_server if request.param == "ours" else foreign_server)(folder) as server:
        yield server


@pytest.fixture
async def engine(served: Served) -> AsyncIterator[EngineClient]:
    async with EngineClient(remote_engine(served.base_url, served.key)) as client:
        yield client


def conversation(turns: int) -> list[dict[str, str]]:
    said = [{"role": role, "content": TEXT} for _ in range(turns) for role in ("user", "assistant")]
    return [{"role": "system", "content": "Be kind."}, *said, {"role": "user", "content": "What is a tree?"}]


async def test_e13_a_conversation_beyond_the_context_is_answered_without_its_oldest_turns(engine):
    events = [event async for event in engine.chat(conversation(40), max_tokens=8, truncation=True)]
    assert isinstance(events[0], TurnsDropped)
    assert events[0].messages % 2 == 0
    assert 40 < events[0].messages < 80
    assert sum(isinstance(event, TurnsDropped) for event in events) == 1
    assert any(isinstance(event, ChoiceEnd) for event in events)


async def test_nothing_is_left_out_of_a_conversation_that_fits(engine):
    events = [event async for event in engine.chat(conversation(2), max_tokens=8, truncation=True)]
    assert not any(isinstance(event, TurnsDropped) for event in events)


async def test_it_is_known_which_engine_goes_on_with_a_reply(engine):
    ours = (await engine.model()).prompt_format != ""
    assert await engine.can_continue() is ours


async def test_e13_nothing_is_left_out_unasked(engine):
    with pytest.raises(ContextExceeded, match="1024"):
        [event async for event in engine.chat(conversation(40), max_tokens=8)]


async def test_e13_a_last_message_that_does_not_fit_alone_is_refused(engine):
    messages = [*conversation(3)[:-1], {"role": "user", "content": TEXT * 40}]
    with pytest.raises(ContextExceeded, match="1024"):
        [event async for event in engine.chat(messages, max_tokens=8, truncation=True)]
