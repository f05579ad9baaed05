"""Whatever JSON a request brings, it is read within its limits or refused with the name of a field."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.engine.api.fields import Fields, clean
from oa_desktop.engine.api.generation_fields import MOST_STOPS, MOST_TOKENS, parse_generation
from oa_desktop.engine.api.problem import Problem
from oa_desktop.engine.api.prompt_fields import parse_conversation, parse_prompt
from oa_desktop.engine.prompts.messages import Role

NUMBERS = st.integers() | st.floats() | st.sampled_from([2**31, 2**63, -(2**63), 10**400, True, False])
VALUES = st.recursive(
    st.none() | NUMBERS | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = (
    *(
        "n",
        "max_tokens",
        "max_completion_tokens",
        "temperature",
        "top_k",
        "top_p",
        "typical_p",
        "seed",
        "stop",
    ),
    *("repetition_penalty", "repeat_penalty", "frequency_penalty", "presence_penalty", "stream", "model"),
    *("ignore_eos", "stream_options", "continue_final_message"),
)
MESSAGES = st.lists(
    st.dictionaries(
        st.sampled_from(["role", "content", "name"]), VALUES | st.sampled_from(list(Role)), max_size=3
    ),
    max_size=4,
)


def attempt(read):
    """What was read and None, or None and why it was refused."""
    try:
        return read(), None
    except Problem as problem:
        return None, problem


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_e21_generation_fields_are_in_range_or_refused(members):
    asked, problem = attempt(lambda: parse_generation(Fields(members), 32))
    if problem:
        assert problem.status == 400
        assert problem.param.split(".")[0] in members
        json.dumps(problem.body())
        return
    sampling = asked.sampling
    assert 1 <= asked.n <= 32
    assert 1 <= asked.max_tokens <= MOST_TOKENS
    assert 0 <= sampling.seed < 2**32
    assert 0 <= sampling.temperature <= 2
    assert sampling.top_k is None or 1 <= sampling.top_k <= 1_000_000
    assert sampling.top_p is None or 0 < sampling.top_p <= 1
    assert sampling.typical_p is None or 0 < sampling.typical_p <= 1
    assert 0 < sampling.repetition_penalty <= 10
    assert -2 <= sampling.frequency_penalty <= 2
    assert -2 <= sampling.presence_penalty <= 2
    assert len(asked.stop) <= MOST_STOPS
    assert all(asked.stop)
    assert all(math.isfinite(value) for value in (sampling.temperature, sampling.repetition_penalty))


@given(st.dictionaries(st.sampled_from(["messages", "continue_final_message"]), VALUES | MESSAGES))
def test_e14_a_conversation_has_a_question_or_is_refused(members):
    conversation, problem = attempt(lambda: parse_conversation(Fields(members)))
    if problem:
        assert problem.status == 400
        return
    assert any(message.role is Role.USER and message.content for message in conversation.messages)
    for message in conversation.messages:
        message.content.encode()
    if conversation.continue_last:
        assert conversation.messages[-1].role is Role.ASSISTANT


@given(VALUES)
def test_e14_a_prompt_is_text_or_tokens_of_the_vocabulary_or_refused(value):
    prompt, problem = attempt(lambda: parse_prompt(Fields({"prompt": value}), 100))
    if problem:
        assert problem.param == "prompt"
        return
    assert prompt
    assert isinstance(prompt, str) or all(0 <= token < 100 for token in prompt)


@given(st.text(st.characters()))
def test_cleaned_text_can_be_encoded_and_keeps_its_length(text):
    assert len(clean(text)) == len(text)
    assert b"\0" not in clean(text).encode()


def test_defaults_are_those_of_the_protocol():
    asked = parse_generation(Fields({}), 32)
    assert (asked.n, asked.max_tokens, asked.stream, asked.stop) == (1, 1024, False, ())
    assert (asked.sampling.temperature, asked.sampling.top_k, asked.sampling.top_p) == (1.0, None, None)
    assert parse_generation(Fields({}), 32).sampling.seed != asked.sampling.seed


def test_the_newer_name_for_max_tokens_wins():
    assert parse_generation(Fields({"max_tokens": 5, "max_completion_tokens": 7}), 32).max_tokens == 7


def test_an_empty_reply_to_be_continued_is_a_new_reply():
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": ""}]
    conversation = parse_conversation(Fields({"messages": turns, "continue_final_message": True}))
    assert len(conversation.messages) == 1
    assert not conversation.continue_last


@pytest.mark.parametrize("name", NAMES)
def test_null_means_the_default(name):
    assert parse_generation(Fields({name: None}), 32).n == 1
