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
    ("header", "seconds"),
    [("3", 3.0), ("0.5", 0.5), (None, None), ("soon", None), ("-1", None), ("inf", None)],
)
def test_a_busy_engine_says_when_to_come_back(header, seconds):
    assert refusal(429, {}, header).retry_after_s == seconds


def test_a_server_s_words_cannot_be_long_or_invisible():
    ours = refusal(400, {"error": {"message": "a\x1b[31m" + "b" * 10_000}})
    assert "\x1b" not in ours.title
    assert len(ours.title) < 700
