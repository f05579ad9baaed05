"""Random and hostile bodies over real HTTP: never a mistake of the engine, never a request left running."""

import json
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

POSTS = ("/v1/chat/completions", "/v1/completions", "/tokenize")
JSON = {"Content-Type": "application/json"}
NUMBERS = (
    st.integers()
    | st.floats()
    | st.sampled_from([2**31, 2**32 - 1, 2**63, -(2**63), 2**64, 10**400, -1, 0, 1, 1e308, -0.0, True])
)
TEXTS = st.text(max_size=30) | st.sampled_from(
    [
        "\ud800",
        "\udfff a",
        "\x00",
        "<|assistant|>",
        "<|endoftext|>",
        "李白🙂",
        "{{ 7 * 7 }}",
        "a" * 3000,
        "\u202e",
    ]
)
VALUES = st.recursive(
    st.none() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
ROLES = st.sampled_from(["user", "assistant", "system", "developer", "prompter", "tool", ""]) | VALUES
PARTS = st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": TEXTS}) | VALUES, max_size=3)
MESSAGES = st.lists(st.fixed_dictionaries({"role": ROLES, "content": TEXTS | PARTS | VALUES}), max_size=4)
CHATS = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant", "system"]), "content": TEXTS}),
    min_size=1,
    max_size=4,
)
FIELDS = (
    *("n", "max_tokens", "max_completion_tokens", "temperature", "top_k", "top_p", "typical_p", "seed"),
    *("stop", "stream", "stream_options", "ignore_eos", "continue_final_message", "add_generation_prompt"),
    *("repetition_penalty", "repeat_penalty", "frequency_penalty", "presence_penalty", "model"),
    *("truncation", "logprobs", "logit_bias", "grammar", "tools", "response_format", "user", "n_predict"),
)
GOOD = st.fixed_dictionaries(
    {},
    optional={
        "n": st.integers(1, 4),
        "max_tokens": st.integers(1, 40),
        "seed": st.integers(0, 2**32 - 1),
        "temperature": st.floats(0, 2),
        "stop": st.lists(st.text(min_size=1, max_size=5), max_size=3),
        "stream": st.booleans(),
        "stream_options": st.fixed_dictionaries({"include_usage": st.booleans()}),
        "ignore_eos": st.booleans(),
        "truncation": st.sampled_from(["auto", "disabled"]),
    },
)


@st.composite
def objects(draw: st.DrawFn) -> dict[str, object]:
    """A request: mostly right, with some fields that are anything."""
    chat = CHATS if draw(st.integers(0, 3)) else draw(st.sampled_from([MESSAGES, VALUES]))
    prompt = TEXTS if draw(st.integers(0, 3)) else st.lists(st.integers(0, 300), max_size=20) | VALUES
    wrong = draw(st.sampled_from([0, 0, 1, 2]))
    return {
        "messages": draw(chat),
        "prompt": draw(prompt),
        **draw(GOOD),
        **draw(st.dictionaries(st.sampled_from(FIELDS), VALUES, min_size=wrong, max_size=wrong)),
    }


@st.composite
def texts_of_json(draw: st.DrawFn) -> bytes:
    """JSON as programs write it that do not check: NaN, lone surrogates, the same key again, white space."""
    members = draw(st.lists(objects(), min_size=1, max_size=2))
    dump = partial(json.dumps, ensure_ascii=draw(st.booleans()))
    inner = ", ".join(dump(member)[1:-1] for member in members)
    return f"{draw(st.sampled_from(['', ' ', chr(0xFEFF)]))}{{{inner}}}".encode("utf-8", "surrogatepass")


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """JSON with bytes changed, cut off or put in."""
    body = bytearray(draw(texts_of_json()))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(body)))
        body[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body)


@st.composite
def deep(draw: st.DrawFn) -> bytes:
    """Nested past what any reader wants, closed or not."""
    opening, closing = draw(st.sampled_from([(b"[", b"]"), (b'{"messages":', b"}"), (b'{"a":[', b"]}")]))
    depth = draw(st.integers(1, 3000))
    return opening * depth + draw(st.sampled_from([b"1", b"", b'""'])) + closing * draw(st.integers(0, depth))


BODIES = texts_of_json() | damaged() | deep() | st.binary(max_size=300)


def check_answer(answer) -> None:
    """The engine answered, or said in one shape what was wrong."""
    assert answer.status_code in {200, 400, 413}, answer.text
    if answer.status_code != 200:
        error = answer.json()["error"]
        assert error["message"]
        assert error["type"] == "invalid_request_error"
        return
    if not answer.headers["content-type"].startswith("text/event-stream"):
        assert answer.json()
        return
    events = [line.removeprefix("data: ") for line in answer.text.split("\n\n") if line.startswith("data: ")]
    assert events.pop() == "[DONE]"
    assert not any("error" in json.loads(event) for event in events)


def is_idle(engine) -> bool:
    stats = engine.loop.stats()
    return stats.running == stats.queued == stats.sequences == 0


@pytest.mark.parametrize("path", POSTS)
def test_e20_e21_no_body_makes_the_engine_stumble(engine_once, path):
    @settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
    @given(BODIES)
    def any_body(body: bytes) -> None:
        check_answer(engine_once.http.post(path, content=body, headers=JSON))
        engine_once.wait_until(lambda: is_idle(engine_once))

    any_body()
    stats = engine_once.loop.stats()
    assert stats.healthy
    assert stats.cells_used + stats.cells_free == stats.cells_total
    assert engine_once.backend.open_samplers == 0
    assert engine_once.ask(max_tokens=2).status_code == 200


def test_the_good_half_of_the_fuzz_is_really_answered(engine_once):
    """A fuzz whose every body is refused would show nothing."""
    statuses: list[int] = []

    @settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
    @given(objects())
    def nearly_good(members: dict[str, object]) -> None:
        body = json.dumps(members).encode()
        statuses.append(engine_once.http.post("/v1/chat/completions", content=body, headers=JSON).status_code)

    nearly_good()
    assert statuses.count(200) > len(statuses) // 10
    assert statuses.count(400) > len(statuses) // 10


METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"])
PATHS = st.sampled_from([*POSTS, "/health", "/v1/models", "/metrics"]) | st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="#?"), max_size=40
).map(lambda text: "/" + text)


def test_e16_no_path_or_method_makes_the_engine_stumble(engine_once):
    @settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
    @given(METHODS, PATHS, st.binary(max_size=20))
    def any_request(method: str, path: str, body: bytes) -> None:
        answer = engine_once.http.request(method, path, content=body, headers=JSON)
        assert answer.status_code in {200, 400, 404, 405}, (method, path, answer.status_code)

    any_request()
    assert engine_once.ask(max_tokens=2).status_code == 200
