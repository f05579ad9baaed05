"""Requests that are wrong, and the sentence each gets: 400 with the name of the field, never a hang."""

import json

import pytest

from oa_desktop.engine.api import prompt_fields

BIG = 2**63
WRONG = [
    ("n", [0, -1, 65, 5000, 10**6, BIG, 1.5, "2", True, [1], {}]),
    ("max_tokens", [0, -1, BIG, 1.5, "5", False]),
    ("max_completion_tokens", [0, -1, BIG]),
    ("temperature", [-0.1, 2.1, float("nan"), float("inf"), -float("inf"), "1", True, 10**400]),
    ("top_k", [-5, -2, BIG, 0.5, "40"]),
    ("top_p", [0, -1, 1.01, float("nan"), "1"]),
    ("typical_p", [0, 1.5, float("nan")]),
    ("repetition_penalty", [0, -1, 11, 1e-40, float("nan"), float("inf")]),
    ("repeat_penalty", [0, "1.1"]),
    ("logprobs", [True, 3, 0]),
    ("top_logprobs", [1]),
    ("logit_bias", [{"5": 100}]),
    ("response_format", [{"type": "json_object"}, {"type": "json_schema", "json_schema": {}}, "text"]),
    ("tools", [[{"type": "function", "function": {"name": "f"}}]]),
    ("functions", [[{"name": "f"}]]),
    ("best_of", [0, 2, 5]),
    ("echo", [True]),
    ("suffix", ["and so on"]),
    ("grammar", ["x" * 100_000, 'root ::= "yes"']),
    ("json_schema", [{"type": "object"}]),
    ("n_predict", [-1, 0, 16, BIG]),
    ("frequency_penalty", [-2.1, 2.1, float("nan")]),
    ("presence_penalty", [-3, 3]),
    ("seed", [-1, 2**32, BIG, 1.5, "1"]),
    ("stop", [["x"] * 1000, [""], "", "x" * 300, ["x" * 300], 5, [1], {}]),
    ("stream", ["yes", 1]),
    ("ignore_eos", ["no", 0]),
    ("stream_options", [True, [], "usage"]),
    ("model", [5, [], {}]),
    ("continue_final_message", ["yes", True]),
    (
        "messages",
        ["Hi", [], {}, 5, [{"role": "system", "content": "Be kind."}], [{"role": "user", "content": ""}]],
    ),
]


def refused(answer, field: str) -> dict:
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert error["param"].startswith(field)
    assert error["code"] == "context_length_exceeded" or field in error["message"]
    return error


def post(engine, fields: dict, path: str = "/v1/chat/completions"):
    """As a program would that does not check its numbers: NaN and Infinity are written as such."""
    body = {"messages": [{"role": "user", "content": "Hi"}], **fields}
    return engine.http.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})


@pytest.mark.parametrize(
    ("field", "value"),
    [(field, value) for field, values in WRONG for value in values],
    ids=[f"{field}-{str(value)[:20]}" for field, values in WRONG for value in values],
)
def test_e21_a_value_out_of_range_is_refused_by_name(engine_once, field, value):
    refused(post(engine_once, {field: value}), field)
    assert engine_once.loop.stats().steps == 0


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("Hi", "messages[1]"),
        ({"content": "Hi"}, "messages[1].role"),
        ({"role": "tool", "content": "Hi"}, "messages[1].role"),
        ({"role": 5, "content": "Hi"}, "messages[1].role"),
        ({"role": "user"}, "messages[1].content"),
        ({"role": "user", "content": 5}, "messages[1].content"),
        ({"role": "user", "content": [{"type": "image_url", "image_url": {}}]}, "messages[1].content[0]"),
        ({"role": "user", "content": ["Hi"]}, "messages[1].content[0]"),
    ],
)
def test_e14_a_wrong_message_is_refused_by_its_place(engine_once, message, field):
    refused(post(engine_once, {"messages": [{"role": "user", "content": "Hi"}, message]}), field)


@pytest.mark.parametrize("prompt", ["", [], None, 5, [-1], [10**9], [1.5], [True], ["Hi"], {}])
def test_e14_a_wrong_prompt_is_refused(engine_once, prompt):
    refused(post(engine_once, {"prompt": prompt}, "/v1/completions"), "prompt")


@pytest.mark.parametrize(
    "messages",
    [
        [("user", "Hi"), ("user", "Are you there?")],
        [("user", "Hi"), ("assistant", "Hello")],
        [("assistant", "Hello"), ("user", "Hi")],
        [("user", "Hi"), ("system", "Be kind.")],
        [("user", "Hi"), ("assistant", ""), ("user", "\x00\ud800 and 李白 🙂")],
        [("developer", "Be kind."), ("prompter", "Hi")],
    ],
)
def test_e14_unusual_orders_of_turns_are_answered(engine, messages):
    turns = [{"role": role, "content": text} for role, text in messages]
    answer = post(engine, {"messages": turns, "max_tokens": 3})
    assert answer.status_code == 200
    assert answer.json()["choices"][0]["finish_reason"] in {"stop", "length"}


def test_e14_text_parts_are_one_text(engine):
    parts = [{"type": "text", "text": "What is "}, {"type": "text", "text": "a tree?"}]
    whole = engine.ask(max_tokens=1).json()["usage"]["prompt_tokens"]
    answer = post(engine, {"messages": [{"role": "user", "content": parts}], "max_tokens": 1})
    assert answer.json()["usage"]["prompt_tokens"] == whole


def test_unknown_fields_and_nulls_are_ignored(engine):
    fields = {
        "n": None,
        "temperature": None,
        "stop": None,
        "stream": None,
        "stream_options": None,
        "logit_bias": {},
        "logprobs": False,
        "top_logprobs": None,
        "response_format": {"type": "text"},
        "tools": [],
        "tool_choice": "auto",
        "best_of": 1,
        "echo": False,
        "suffix": None,
        "grammar": "",
        "n_predict": None,
    }
    assert post(engine, {**fields, "mirostat": 2, "user": "me", "max_tokens": 1}).status_code == 200


def test_the_best_of_as_many_replies_as_wanted_are_all_of_them(engine):
    assert post(engine, {"n": 2, "best_of": 2, "max_tokens": 1}).status_code == 200
    refused(post(engine, {"n": 2, "best_of": 1}), "best_of")


@pytest.mark.parametrize("top_k", [0, -1])
def test_both_spellings_of_no_limit_are_accepted(engine, top_k):
    assert post(engine, {"top_k": top_k, "max_tokens": 1}).status_code == 200


def test_two_different_repetition_penalties_are_refused(engine):
    refused(post(engine, {"repetition_penalty": 1.1, "repeat_penalty": 1.2}), "repeat_penalty")
    assert (
        post(engine, {"repetition_penalty": 1.1, "repeat_penalty": 1.1, "max_tokens": 1}).status_code == 200
    )


def test_more_replies_than_the_backend_can_hold_are_refused(start_engine):
    engine = start_engine(max_sequences=4)
    assert "from 1 to 4" in refused(post(engine, {"n": 5}), "n")["message"]


def test_e13_a_prompt_beyond_the_context_is_refused_with_both_numbers_before_decoding(start_engine):
    engine = start_engine(n_ctx=64)
    for stream in (False, True):
        answer = post(engine, {"messages": [{"role": "user", "content": "zq" * 200}], "stream": stream})
        error = refused(answer, "messages")
        assert error["code"] == "context_length_exceeded"
        assert (error["prompt_tokens"], error["context_tokens"]) == (403, 64)
        assert "403" in error["message"]
        assert "64" in error["message"]
    assert engine.loop.stats().steps == 0


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/completions", "/tokenize"])
def test_e13_megabytes_are_refused_without_being_tokenised(start_engine, monkeypatch, path):
    engine = start_engine(n_ctx=64)
    tokenised = []
    monkeypatch.setattr(engine.backend.vocabulary, "tokenize", lambda text, **_: tokenised.append(text) or [])
    text = "a" * 3_000_000
    fields = (
        {"prompt": text} if path == "/v1/completions" else {"messages": [{"role": "user", "content": text}]}
    )
    error = refused(engine.http.post(path, json=fields), "prompt" if "prompt" in fields else "messages")
    assert error["code"] == "context_length_exceeded"
    assert 100_000 < error["prompt_tokens"] <= 3_000_000
    assert "at least" in error["message"]
    assert tokenised == []


@pytest.mark.parametrize("path", ["/v1/completions", "/tokenize"])
def test_e13_millions_of_tokens_are_refused_without_being_looked_at(start_engine, monkeypatch, path):
    engine, looked_at = start_engine(n_ctx=64), []
    monkeypatch.setattr(prompt_fields, "_is_token", lambda token, _size: looked_at.append(token) or True)
    error = refused(engine.http.post(path, json={"prompt": [50] * 1_000_000}), "prompt")
    assert error["code"] == "context_length_exceeded"
    assert (error["prompt_tokens"], error["context_tokens"]) == (1_000_000, 64)
    assert looked_at == []


@pytest.mark.parametrize(("length", "status"), [(62, 200), (63, 200), (64, 400), (65, 400)])
def test_e13_exactly_the_context_is_too_long_and_one_less_gets_a_token(start_engine, length, status):
    engine = start_engine(n_ctx=64)
    answer = post(engine, {"prompt": [50] * length, "ignore_eos": True}, "/v1/completions")
    assert answer.status_code == status
    if status == 200:
        assert answer.json()["choices"][0]["finish_reason"] == "length"
        assert answer.json()["usage"]["total_tokens"] <= 64 + 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"null", 400),
        (b"\xff\xfe", 400),
        (b"[" * 10_000 + b"]" * 10_000, 400),
        (b'{"messages":' * 10_000 + b"1" + b"}" * 10_000, 400),
        (b'{"n": ' + b"9" * 10_000 + b"}", 400),
        (b'{"messages": [], "messages": 5}', 400),
    ],
    ids=[
        "empty",
        "half",
        "list",
        "text",
        "null",
        "utf-16",
        "deep list",
        "deep object",
        "long number",
        "twice",
    ],
)
def test_e20_what_is_not_a_json_object_is_refused(engine, body, status):
    for path in ("/v1/chat/completions", "/v1/completions", "/tokenize"):
        answer = engine.http.post(path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status
        assert answer.json()["error"]["message"]


def test_e20_a_hundred_megabytes_are_refused_before_they_are_read(engine):
    body = b" " * (100 * 1024 * 1024)
    answer = engine.http.post("/v1/completions", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "body_too_large"


def test_e20_a_long_body_without_a_length_is_refused_as_well(engine):
    chunks = (b" " * 65536 for _ in range(400))
    answer = engine.http.post("/v1/completions", content=chunks, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert engine.ask(max_tokens=1).status_code == 200
