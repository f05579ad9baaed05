"""Conversations at the edge of the context: refused, or answered without their oldest turns as asked."""

import json

import pytest

CONTEXT = 256


def turns(count: int, text: str = "zq" * 10) -> list[dict[str, str]]:
    """`count` questions; every one but the last has a reply."""
    said = [{"role": role, "content": text} for _ in range(count) for role in ("user", "assistant")]
    return said[:-1]


def ask(engine, messages, path: str = "/v1/chat/completions", **fields: object):
    return engine.http.post(path, json={"messages": messages, "max_tokens": 5, **fields})


def streamed(answer) -> list[dict]:
    lines = [line.removeprefix("data: ") for line in answer.text.split("\n\n") if line.startswith("data: {")]
    return [json.loads(line) for line in lines]


@pytest.fixture
def small(start_engine):
    return start_engine(n_ctx=CONTEXT)


def test_e13_nothing_is_left_out_unless_it_is_asked_for(small):
    for fields in ({}, {"truncation": "disabled"}, {"truncation": None}):
        error = ask(small, turns(40), **fields).json()["error"]
        assert error["code"] == "context_length_exceeded"
        assert error["prompt_tokens"] > error["context_tokens"] == CONTEXT
    assert small.loop.stats().steps == 0


def test_e13_the_oldest_turns_are_left_out_when_it_is_asked_for_and_the_answer_says_how_many(small):
    answer = ask(small, turns(40), truncation="auto").json()
    details = answer["usage"]["prompt_tokens_details"]
    assert details["dropped_messages"] % 2 == 0
    kept = turns(40)[details["dropped_messages"] :]
    assert details["dropped_tokens"] == 20 * details["dropped_messages"]
    assert answer["usage"]["prompt_tokens"] <= CONTEXT - 5
    same = ask(small, kept).json()
    assert same["usage"]["prompt_tokens"] == answer["usage"]["prompt_tokens"]
    assert same["usage"]["prompt_tokens_details"]["cached_tokens"] > 0


def test_e13_a_conversation_that_fits_is_left_as_it_is(small):
    whole = ask(small, turns(3)).json()["usage"]
    answer = ask(small, turns(3), truncation="auto").json()["usage"]
    assert answer["prompt_tokens"] == whole["prompt_tokens"]
    assert answer["prompt_tokens_details"]["dropped_messages"] == 0


def test_a_stream_says_what_was_left_out_before_any_text_and_again_in_its_usage(small):
    fields = {"truncation": "auto", "stream": True, "n": 2, "stream_options": {"include_usage": True}}
    first, second, *_, last = streamed(ask(small, turns(40), **fields))
    assert first["dropped_messages"] > 0
    assert first["dropped_tokens"] == 20 * first["dropped_messages"]
    assert "dropped_messages" not in second
    details = last["usage"]["prompt_tokens_details"]
    assert details["dropped_messages"] == first["dropped_messages"]
    assert "dropped_messages" not in streamed(ask(small, turns(2), **fields))[0]


def test_the_last_chunk_of_each_reply_has_its_own_tokens(small):
    fields = {"stream": True, "n": 3, "ignore_eos": True, "stream_options": {"include_usage": True}}
    chunks = streamed(ask(small, turns(1), **fields))
    ends = [choice for chunk in chunks for choice in chunk["choices"] if choice["finish_reason"]]
    assert [choice["completion_tokens"] for choice in ends] == [5, 5, 5]
    assert chunks[-1]["usage"]["completion_tokens"] == 15


def test_tokenize_shows_beforehand_what_would_be_left_out(small):
    counted = ask(small, turns(40), "/tokenize", truncation="auto").json()
    answer = ask(small, turns(40), truncation="auto").json()["usage"]
    assert counted["count"] == len(counted["tokens"]) == answer["prompt_tokens"]
    assert counted["dropped_messages"] == answer["prompt_tokens_details"]["dropped_messages"] > 0
    whole = ask(small, turns(40), "/tokenize").json()
    assert (whole["dropped_messages"], whole["dropped_tokens"]) == (0, 0)
    assert whole["count"] > CONTEXT


def test_more_room_is_kept_for_a_longer_reply_up_to_a_quarter_of_the_context(small):
    counts = [
        ask(small, turns(40), "/tokenize", truncation="auto", max_tokens=most).json()["count"]
        for most in (1, 60, 10_000)
    ]
    assert counts[0] >= counts[1] >= counts[2]
    assert counts[2] <= CONTEXT * 3 // 4


def test_e13_a_last_message_that_does_not_fit_alone_is_refused_with_both_numbers(small):
    messages = [*turns(3)[:-1], {"role": "user", "content": "zq" * 200}]
    error = ask(small, messages, truncation="auto").json()["error"]
    assert error["code"] == "context_length_exceeded"
    assert (error["prompt_tokens"], error["context_tokens"]) == (403, CONTEXT)
    assert "oldest 4 messages" in error["message"]
    assert small.loop.stats().steps == 0


def test_e13_a_last_message_that_leaves_little_room_is_answered_up_to_the_end_of_the_context(small):
    messages = [*turns(3)[:-1], {"role": "user", "content": "z" * (CONTEXT - 20)}]
    answer = ask(small, messages, truncation="auto", max_tokens=500, ignore_eos=True).json()
    assert answer["usage"]["prompt_tokens_details"]["dropped_messages"] == 4
    assert answer["choices"][0]["finish_reason"] == "length"
    assert CONTEXT <= answer["usage"]["total_tokens"] <= CONTEXT + 1


def test_e13_megabytes_before_the_last_question_are_left_out_without_being_read(small, monkeypatch):
    tokenize, read = small.backend.vocabulary.tokenize, []

    def counting(text: str, **options: bool) -> list[int]:
        read.append(len(text))
        return tokenize(text, **options)

    monkeypatch.setattr(small.backend.vocabulary, "tokenize", counting)
    messages = [{"role": "user", "content": "a" * 3_000_000}, *turns(2)]
    answer = ask(small, messages, truncation="auto")
    assert answer.status_code == 200
    details = answer.json()["usage"]["prompt_tokens_details"]
    assert details["dropped_messages"] == 1
    assert 100_000 < details["dropped_tokens"] <= 3_000_000
    assert sum(read) < 10_000


def test_thousands_of_turns_are_never_rendered_at_once(small, monkeypatch):
    prepare, rendered = small.served.prompts.prepare, []

    def counting(conversation):
        rendered.append(len(conversation.messages))
        return prepare(conversation)

    monkeypatch.setattr(small.served.prompts, "prepare", counting)
    answer = ask(small, turns(2_000), truncation="auto")
    assert answer.json()["usage"]["prompt_tokens_details"]["dropped_messages"] > 3_900
    assert max(rendered) < 40
    assert len(rendered) < 12


def test_e14_a_system_message_always_stays(small):
    system = {"role": "system", "content": "Be kind."}
    messages = [system, *turns(20), system, *turns(20)]
    kept = ask(small, messages, "/tokenize", truncation="auto").json()
    words = small.backend.vocabulary.tokenize("Be kind.")
    places = [i for i in range(kept["count"]) if kept["tokens"][i : i + len(words)] == words]
    assert kept["dropped_messages"] > 0
    assert len(places) == 2


def test_e14_only_a_system_message_is_refused_also_when_turns_may_be_left_out(small):
    answer = ask(small, [{"role": "system", "content": "Be kind."}], truncation="auto")
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "messages"


@pytest.mark.parametrize("most", [0, -1])
def test_e14_a_reply_of_no_tokens_is_refused_everywhere(small, most):
    for path in ("/v1/chat/completions", "/tokenize"):
        error = ask(small, turns(1), path, max_tokens=most, truncation="auto").json()["error"]
        assert error["param"] == "max_tokens"


def test_e14_a_reply_to_be_continued_stays_with_its_question(small):
    messages = [*turns(40), {"role": "assistant", "content": "zq" * 20}]
    fields = {"truncation": "auto", "continue_final_message": True}
    answer = ask(small, messages, **fields).json()
    dropped = answer["usage"]["prompt_tokens_details"]["dropped_messages"]
    kept = ask(small, messages[dropped:], "/tokenize", continue_final_message=True).json()
    assert kept["count"] == answer["usage"]["prompt_tokens"]


@pytest.mark.parametrize("value", ["AUTO", "", "oldest", 1, True, ["auto"], {}])
def test_e21_another_word_for_it_is_refused(small, value):
    error = ask(small, turns(1), truncation=value).json()["error"]
    assert error["param"] == "truncation"


def test_a_raw_prompt_has_no_turns_to_leave_out(small):
    for path in ("/v1/completions", "/tokenize"):
        answer = small.http.post(path, json={"prompt": "a", "max_tokens": 1, "truncation": "auto"})
        assert answer.json()["error"]["param"] == "truncation"
        kept = {"prompt": "a", "max_tokens": 1, "truncation": "disabled"}
        assert small.http.post(path, json=kept).status_code == 200


def test_the_same_turns_stay_while_the_conversation_grows_a_little(small):
    reused = []
    for count in range(30, 36):
        usage = ask(small, turns(count, "zq" * 5), truncation="auto").json()["usage"]
        details = usage["prompt_tokens_details"]
        reused.append(details["cached_tokens"] / usage["prompt_tokens"])
    assert sum(share > 0.5 for share in reused) >= 3
