"""Every exception of httpx2 and every status has a sentence of ours."""

import inspect

import httpx2
import pytest

from oa_desktop.client import errors
from oa_desktop.client.refusals import EXCEPTIONS, refusal, translate

ABSTRACT = {httpx2.HTTPError, httpx2.RequestError, httpx2.TransportError, httpx2.ProtocolError}


def raised_by_requests() -> list[type[Exception]]:
    classes = [
        value for _, value in inspect.getmembers(httpx2, inspect.isclass) if issubclass(value, EXCEPTIONS)
    ]
    assert len(classes) > 15
    return [value for value in classes if value not in ABSTRACT]


@pytest.mark.parametrize("kind", raised_by_requests(), ids=lambda kind: kind.__name__)
def test_every_exception_of_a_request_is_translated(kind):
    error = kind.__new__(kind)
    error.args = ("why",)
    ours = translate(error)
    assert ours.title.endswith(".")
    if kind is not httpx2.HTTPStatusError:
        assert ours.detail.startswith(kind.__name__)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx2.ConnectError("x"), errors.EngineUnreachable),
        (httpx2.ConnectTimeout("x"), errors.EngineUnreachable),
        (httpx2.ReadTimeout("x"), errors.EngineNotResponding),
        (httpx2.ReadError("x"), errors.ConnectionLost),
        (httpx2.RemoteProtocolError("x"), errors.ConnectionLost),
        (httpx2.InvalidURL("x"), errors.EngineAddressInvalid),
    ],
)
def test_the_common_ones_say_what_happened(error, kind):
    assert type(translate(error)) is kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, errors.EngineAddressInvalid),
        (400, errors.RequestRefused),
        (401, errors.KeyRefused),
        (403, errors.KeyRefused),
        (404, errors.NotServed),
        (413, errors.RequestRefused),
        (422, errors.RequestRefused),
        (429, errors.EngineBusy),
        (500, errors.EngineFailed),
        (503, errors.EngineFailed),
        (204, errors.EngineFailed),
    ],
)
@pytest.mark.parametrize(
    "body", [{}, {"error": "text"}, {"error": {"message": 5}}, {"error": {"message": "why"}}]
)
def test_every_status_is_translated_whatever_the_body(status, kind, body):
    ours = refusal(status, body)
    assert type(ours) is kind
    assert ours.title


def test_a_refused_field_keeps_its_name():
    ours = refusal(400, {"error": {"message": "n must be 1", "param": "n"}})
    assert ours.field == "n"
    assert "n must be 1" in ours.title


def test_a_context_that_is_too_small_keeps_its_numbers():
    told = {"code": "context_length_exceeded", "message": "m", "prompt_tokens": 900, "context_tokens": 512}
    ours = refusal(400, {"error": told})
    assert (ours.prompt_tokens, ours.context_tokens) == (900, 512)
    assert "900" in ours.title
    assert refusal(400, {"error": {"code": "context_length_exceeded"}}).prompt_tokens is None


@pytest.mark.parametrize(
    ("status", "told", "numbers"),
    [
        (
            400,
            {
                "code": 400,
                "type": "exceed_context_size_error",
                "message": "too long",
                "n_prompt_tokens": 900,
                "n_ctx": 512,
            },
            (900, 512),
        ),
        (
            500,
            {"message": "the request exceeds the available context size. try increasing the context size"},
            (None, None),
        ),
        (
            400,
            {
                "message": "request (900 tokens) exceeds the available context size (512 tokens), "
                "try increasing it"
            },
            (900, 512),
        ),
        (
            400,
            {
                "message": "This model's maximum context length is 512 tokens. However, you requested "
                "1000 tokens (900 in the messages, 100 in the completion). Please reduce the length.",
                "code": "context_length_exceeded",
            },
            (900, 512),
        ),
        (
            400,
            {
                "message": "'max_tokens' or 'max_completion_tokens' is too large: 1024. This model's maximum "
                "context length is 512 tokens and your request has 900 input tokens (1024 > 512 - 900).",
                "code": 400,
            },
            (900, 512),
        ),
        (
            400,
            {"message": "The decoder prompt (length 900) is longer than the maximum model length of 512."},
            (900, 512),
        ),
        (500, {"message": "Requested tokens (900) exceed context window of 512"}, (900, 512)),
        (
            400,
            {
                "message": "This model's maximum context length is 512 tokens, but your messages resulted "
                "in 900 tokens."
            },
            (900, 512),
        ),
        (
            400,
            {"code": "context_length_exceeded", "prompt_tokens": True, "context_tokens": "many"},
            (None, None),
        ),
        (400, {"message": "maximum context length is " + "9" * 400 + " tokens"}, (None, None)),
    ],
    ids=[
        "llama-server",
        "older",
        "newer",
        "vllm",
        "reply",
        "decoder",
        "llama_cpp",
        "openai",
        "nonsense",
        "digits",
    ],
)
def test_e13_other_servers_say_in_other_words_that_a_prompt_is_too_long(status, told, numbers):
    ours = refusal(status, {"error": told})
    assert type(ours) is errors.ContextExceeded
    assert (ours.prompt_tokens, ours.context_tokens) == numbers


@pytest.mark.parametrize("message", ["temperature is too large", "no such context", "the window is closed"])
def test_a_refusal_about_something_else_is_not_about_the_context(message):
    assert type(refusal(400, {"error": {"message": message}})) is errors.RequestRefused


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("3", 3.0), ("0.5", 0.5), (None, None), ("soon", None), ("-1", None), ("inf", None)],
)
def test_a_busy_engine_says_when_to_come_back(header, seconds):
    assert refusal(429, {}, header).retry_after_s == seconds


def test_a_server_s_words_cannot_be_long_or_invisible():
    ours = refusal(400, {"error": {"message": "a\x1b[31m" + "b" * 10_000}})
    assert "\x1b" not in ours.title
    assert len(ours.title) < 700


@pytest.mark.parametrize("status", [500, 503], ids=["in a stream", "before it"])
def test_an_engine_that_was_asked_to_end_did_not_fail(status):
    told = {
        "error": {"message": "The engine is shutting down.", "type": "server_error", "code": "engine-closed"}
    }
    ended = refusal(status, told)
    assert (type(ended), ended.code) == (errors.EngineUnavailable, "engine-stopped")
    assert ended.title == "The engine was stopped before the reply was complete."
