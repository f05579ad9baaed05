"""What is left out of a conversation that does not fit, over any conversation and any room."""

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.engine.prompts.messages import ChatMessage, Conversation, Role
from oa_desktop.engine.prompts.truncation import Dropped, keep_newest, prompt_budget, turns_of

OVERHEAD = 3
"""Tokens this file's format writes around a message; a text has one per character."""
ROLES = st.sampled_from([Role.SYSTEM, Role.USER, Role.USER, Role.ASSISTANT])
MESSAGES = st.builds(ChatMessage, ROLES, st.text("ab", max_size=40))
CONVERSATIONS = st.lists(MESSAGES, min_size=1, max_size=40).filter(
    lambda messages: any(message.role is Role.USER for message in messages)
)


def prompt_tokens(conversation: Conversation) -> int:
    return 1 + sum(len(message.content) + OVERHEAD for message in conversation.messages)


def kept_of(messages, budget: int, *, continue_last: bool = False, count=prompt_tokens):
    conversation = Conversation(tuple(messages), continue_last)
    return keep_newest(conversation, lambda: [len(m.content) for m in messages], count, budget, budget // 4)


def chat(turns: int, length: int = 20) -> list[ChatMessage]:
    pairs = [(ChatMessage(Role.USER, "a" * length), ChatMessage(Role.ASSISTANT, "b" * length))] * turns
    return [*(message for pair in pairs for message in pair), ChatMessage(Role.USER, "a" * length)]


@given(CONVERSATIONS, st.integers(1, 600))
def test_what_stays_fits_or_is_the_last_turn_alone(messages, budget):
    kept, dropped = kept_of(messages, budget)
    if prompt_tokens(kept) > budget:
        assert len(turns_of(kept.messages)) == 1
    if prompt_tokens(Conversation(tuple(messages))) <= budget:
        assert (kept.messages, dropped) == (tuple(messages), Dropped())


@given(CONVERSATIONS, st.integers(1, 600))
def test_system_messages_and_the_last_question_with_its_replies_always_stay(messages, budget):
    kept, _ = kept_of(messages, budget)
    assert [m for m in kept.messages if m.role is Role.SYSTEM] == [
        m for m in messages if m.role is Role.SYSTEM
    ]
    last_turn = [messages[index] for index in turns_of(messages)[-1]]
    assert [m for m in kept.messages if m.role is not Role.SYSTEM][-len(last_turn) :] == last_turn


@given(CONVERSATIONS, st.integers(1, 600))
def test_only_whole_turns_go_the_oldest_first_and_all_that_goes_is_counted(messages, budget):
    kept, dropped = kept_of(messages, budget)
    turns = turns_of(messages)
    gone_turns = len(turns) - len(turns_of(kept.messages))
    gone = [messages[index] for turn in turns[:gone_turns] for index in turn]
    assert len(messages) - len(kept.messages) == len(gone) == dropped.messages
    assert dropped.tokens == sum(len(message.content) for message in gone)


@given(CONVERSATIONS, st.integers(8, 600))
def test_less_than_a_step_is_given_up_beyond_what_must_be(messages, budget):
    kept, dropped = kept_of(messages, budget)
    turns = turns_of(messages)
    sizes = [sum(len(messages[index].content) for index in turn) for turn in turns]
    for gone in range(len(turns)):
        left_out = {index for turn in turns[:gone] for index in turn}
        part = Conversation(tuple(m for index, m in enumerate(messages) if index not in left_out))
        if prompt_tokens(part) <= budget:
            assert dropped.tokens - sum(sizes[:gone]) < max(1, budget // 4)
            return
    assert len(turns_of(kept.messages)) == 1


@given(st.integers(1, 60), st.integers(100, 800))
def test_a_growing_conversation_begins_with_the_same_turn_for_a_step(length, budget):
    dropped_tokens, most_turns = [], 60
    for turns in range(most_turns):
        _, dropped = kept_of(chat(turns, length), budget)
        dropped_tokens.append(dropped.tokens)
    assert dropped_tokens == sorted(dropped_tokens)
    turn_span = 2 * (length + 4)
    steps = most_turns * turn_span / max(budget // 4, turn_span)
    assert len(set(dropped_tokens)) <= 2 + steps


def test_how_long_a_reply_may_be_moves_the_beginning_only_where_it_must():
    messages = chat(40)
    conversation = Conversation(tuple(messages))
    begins = {
        keep_newest(conversation, lambda: [len(m.content) for m in messages], prompt_tokens, budget, 200)[1]
        for budget in range(620, 660)
    }
    assert len(begins) <= 2


def test_branches_with_the_same_beginning_lose_the_same_turns():
    trunk = chat(30)
    first = kept_of([*trunk, ChatMessage(Role.ASSISTANT, "b" * 9), ChatMessage(Role.USER, "one")], 400)
    second = kept_of([*trunk, ChatMessage(Role.ASSISTANT, "b" * 30), ChatMessage(Role.USER, "another")], 400)
    assert first[1] == second[1] != Dropped()


@pytest.mark.parametrize("turns", [1, 2, 7, 100, 2_000])
@pytest.mark.parametrize("budget", [5, 60, 900, 40_000])
def test_a_prompt_is_counted_a_few_times_only_and_long_ones_once(turns, budget):
    lengths = []

    def count(conversation: Conversation) -> int:
        lengths.append(len(conversation.messages))
        return prompt_tokens(conversation)

    kept_of(chat(turns), budget, count=count)
    assert len(lengths) <= 2 * log2(turns + 2) + 4
    fitting = budget // (20 + OVERHEAD)
    assert all(length <= 2 * fitting + 8 for length in lengths[1:])


def test_a_reply_to_be_continued_stays_with_its_question():
    messages = [*chat(20), ChatMessage(Role.ASSISTANT, "b" * 50)]
    kept, dropped = kept_of(messages, 100, continue_last=True)
    assert kept.continue_last
    assert kept.messages[-2:] == tuple(messages[-2:])
    assert dropped.messages == 40


def test_of_two_questions_in_a_row_the_older_one_may_go():
    older, newer = ChatMessage(Role.USER, "a" * 50), ChatMessage(Role.USER, "b" * 50)
    kept, dropped = kept_of([older, newer], 60)
    assert kept.messages == (newer,)
    assert dropped == Dropped(1, 50)


def test_a_greeting_before_the_first_question_is_a_turn_of_its_own():
    greeting, question = ChatMessage(Role.ASSISTANT, "b" * 50), ChatMessage(Role.USER, "a" * 50)
    assert kept_of([greeting, question], 60)[0].messages == (question,)


def test_a_template_that_counts_strangely_still_gets_the_last_turn():
    kept, dropped = kept_of(chat(9), 50, count=lambda conversation: 1_000)
    assert len(kept.messages) == 1
    assert dropped.messages == 18


@given(st.integers(1, 5_000), st.integers(1, 5_000))
def test_the_room_for_a_reply_is_what_it_may_take_up_to_a_quarter(context_tokens, max_tokens):
    room = context_tokens - prompt_budget(context_tokens, max_tokens)
    assert room == max(1, min(max_tokens, context_tokens // 4))
