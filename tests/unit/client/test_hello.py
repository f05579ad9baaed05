"""The lines of a starting engine."""

import json

import pytest

from oa_desktop.client.errors import EngineProtocolMismatch, EngineStartFailed
from oa_desktop.client.hello import Hello, Loading, parse_line
from oa_desktop.errors import ModelError


def line(**members: object) -> bytes:
    return json.dumps({"protocol": 1, **members}).encode()


def test_progress():
    assert parse_line(line(loading=0.42)) == Loading(0.42)
    assert parse_line(line(loading=7)) == Loading(1.0)
    assert parse_line(line(loading="x")) == Loading(0.0)


def test_hello():
    hello = parse_line(
        line(pid=5, port=8000, model={"name": "m"}, lockdown={"active": True, "sentence": "s"})
    )
    assert isinstance(hello, Hello)
    assert (hello.pid, hello.port, hello.model.name) == (5, 8000, "m")
    assert (hello.locked_in, hello.lockdown) == (True, "s")
    assert parse_line(line(pid=5, port=8000, model={})).locked_in is False


@pytest.mark.parametrize(
    ("code", "kind"), [("model-truncated", ModelError), ("port-taken", EngineStartFailed)]
)
def test_an_error_keeps_its_words(code, kind):
    error = parse_line(line(error={"code": code, "title": "T.", "hint": "H.", "detail": "d"}))
    assert type(error) is kind
    assert (error.code, error.title, error.hint, error.detail) == (code, "T.", "H.", "d")


@pytest.mark.parametrize("told", [None, 5, {}, {"title": 5}, []])
def test_an_error_without_words_is_still_one(told):
    assert parse_line(line(error=told)).title


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"hello\n",
        b"\xff",
        b"[1]",
        b"{}",
        b'{"protocol": 2, "pid": 1, "port": 1, "model": {}}',
        b'{"protocol": "1"}',
        line(pid=1, port=0, model={}),
        line(pid=1, port=70_000, model={}),
        line(pid="1", port=5, model={}),
        line(pid=1, port=5),
    ],
)
def test_everything_else_is_another_program(text):
    with pytest.raises(EngineProtocolMismatch):
        parse_line(text)
