"""A server that refuses what is too long is asked again with fewer turns, a few times at most."""

from collections.abc import AsyncGenerator, Sequence
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.client.chat_request import Message
from oa_desktop.client.errors import ContextExceeded
from oa_desktop.client.events import ChatStreamEvent, ChoiceDelta, ChoiceEnd, TurnsDropped, Usage
from oa_desktop.client.leaving_out import leaving_out

CONTEXT = 1000


class Server:
    """Counts a token for each `characters` and two for a message.

    strict: the prompt and the wanted reply together must fit, as vLLM has it.   tells: refuses with numbers.
    """

    def __init__(self, *, characters: int = 4, strict: bool = False, tells: bool = True) -> None:
        self._characters, self._strict, self._tells = characters, strict, tells
        self.asked: list[tuple[Sequence[Message], int | None]] = []

    def tokens(self, messages: Sequence[Message]) -> int:
        return sum(len(message["content"]) // self._characters + 2 for message in messages)

    async def ask(
        self, messages: Sequence[Message], max_tokens: int | None
    ) -> AsyncGenerator[ChatStreamEvent, None]:
        self.asked.append((messages, max_tokens))
        prompt = self.tokens(messages)
        if prompt + (max_tokens or 1 if self._strict else 1) > CONTEXT:
            raise ContextExceeded("no", *((prompt, CONTEXT) if self._tells else (None, None)))
        yield ChoiceDelta(0, "yes")
        yield ChoiceEnd(0, "stop")
        yield Usage(prompt, 1)


def chat(turns: int, length: int = 200) -> list[Message]:
    said = [{"role": role, "content": "a" * length} for _ in range(turns) for role in ("user", "assistant")]
    return [{"role": "system", "content": "Be kind."}, *said, {"role": "user", "content": "What is a tree?"}]


async def events_of(server: Server, messages, max_tokens: int | None = 100) -> list[ChatStreamEvent]:
    return [event async for event in leaving_out(server.ask, messages, max_tokens)]


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("tells", [False, True])
@pytest.mark.parametrize("turns", [0, 1, 9, 30, 2_000])
async def test_e13_the_oldest_turns_are_left_out_until_the_rest_fits(turns, tells, strict):
    server, messages = Server(strict=strict, tells=tells), chat(turns)
    events = await events_of(server, messages)
    sent = server.asked[-1][0]
    dropped = len(messages) - len(sent)
    assert sent == [messages[0], *messages[1 + dropped :]]
    assert events[-1] == Usage(server.tokens(sent), 1, dropped_messages=dropped)
    assert events[:-1] == [
        *([TurnsDropped(dropped)] if dropped else []),
        ChoiceDelta(0, "yes"),
        ChoiceEnd(0, "stop"),
    ]
    assert len(server.asked) <= log2(turns + 1) + 3
    assert server.tokens(sent) > (CONTEXT / 4 if turns > 9 else 0)


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000)), max_size=30),
    st.integers(1, 8),
    st.booleans(),
    st.booleans(),
)
async def test_whatever_the_sizes_it_ends_with_an_answer_or_with_the_last_turn_refused(
    sizes, characters, strict, tells
):
    server = Server(characters=characters, strict=strict, tells=tells)
    messages = [
        {"role": role, "content": "a" * size}
        for pair in sizes
        for role, size in zip(("user", "assistant"), pair, strict=True)
    ]
    messages.append({"role": "user", "content": "What is a tree?"})
    events = await events_of(server, messages)
    assert events[-2:-1] == [ChoiceEnd(0, "stop")]
    assert len(server.asked) <= log2(len(sizes) + 2) + 3


async def test_e13_a_last_turn_that_does_not_fit_alone_is_refused_with_its_own_numbers():
    server = Server()
    messages = [*chat(30)[:-1], {"role": "user", "content": "a" * 5000}]
    with pytest.raises(ContextExceeded) as refused:
        await events_of(server, messages)
    assert (refused.value.prompt_tokens, refused.value.context_tokens) == (2 + 2 + 1252, CONTEXT)


async def test_where_prompt_and_reply_must_fit_together_a_shorter_reply_is_asked_for():
    server = Server(strict=True)
    events = await events_of(server, chat(1), max_tokens=5000)
    assert server.asked[-1] == (chat(1), CONTEXT // 4)
    assert not any(isinstance(event, TurnsDropped) for event in events)
    long = [{"role": "user", "content": "a" * 3600}]
    await events_of(server, long, max_tokens=5000)
    assert server.asked[-1] == (long, CONTEXT - 902)


async def test_the_same_turns_stay_while_the_conversation_grows_a_little():
    begins = []
    for turns in range(40, 60):
        server = Server()
        await events_of(server, chat(turns))
        begins.append(2 * turns + 2 - len(server.asked[-1][0]))
    assert begins == sorted(begins)
    assert len(set(begins)) <= 1 + 20 * 2 * 52 / (CONTEXT * 3 // 16)


async def test_a_refusal_in_the_middle_of_an_answer_is_not_asked_about_again():
    asked = []

    async def ask(
        messages: Sequence[Message], max_tokens: int | None
    ) -> AsyncGenerator[ChatStreamEvent, None]:
        asked.append(messages)
        yield ChoiceDelta(0, "so far")
        raise ContextExceeded("no", None, None)

    with pytest.raises(ContextExceeded):
        [event async for event in leaving_out(ask, chat(5), 10)]
    assert len(asked) == 1
