"""Many clients, slow clients, clients that leave, and an engine that fails in the middle of a reply."""

import json
import socket
import struct
import threading
import time

import pytest

from oa_desktop.engine.api.http_protocol import ImpatientProtocol
from oa_desktop.engine.backend import DecodeError
from oa_desktop.engine.tally import Outcome

TOKEN = "a-token-that-only-the-tests-know"


def raw_request(engine, path: str, fields: dict) -> socket.socket:
    """A connection on which a request was sent and nothing read yet."""
    body = json.dumps({"messages": [{"role": "user", "content": "Hi"}], "prompt": "Hi", **fields}).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", engine.port), timeout=60)
    connection.sendall(head.encode() + body)
    return connection


def leave_with_fin(connection: socket.socket) -> None:
    connection.close()


def leave_with_rst(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def is_idle(engine) -> bool:
    stats = engine.loop.stats()
    return stats.running == 0 and stats.queued == 0 and stats.sequences == 0


@pytest.mark.parametrize("leave", [leave_with_fin, leave_with_rst])
@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/completions"])
def test_e22_who_leaves_mid_reply_cancels_it(start_engine, leave, stream, path):
    engine = start_engine(n_ctx=100_000, cells=200_000)
    connection = raw_request(
        engine, path, {"n": 3, "stream": stream, "max_tokens": 90_000, "ignore_eos": True}
    )
    engine.wait_until(lambda: engine.loop.stats().running == 1)
    if stream:
        connection.recv(1000)
    leave(connection)
    engine.wait_until(lambda: is_idle(engine))
    stats = engine.loop.stats()
    assert stats.outcomes()[Outcome.CANCELLED] == 1
    assert stats.counts.generated_tokens < 90_000, "it went on to the end"


def test_e22_who_leaves_while_waiting_in_the_queue_is_forgotten(start_engine):
    engine = start_engine(max_sequences=1, n_ctx=100_000, cells=200_000)
    endless = {"max_tokens": 90_000, "ignore_eos": True}
    first = raw_request(engine, "/v1/completions", endless)
    engine.wait_until(lambda: engine.loop.stats().running == 1)
    second = raw_request(engine, "/v1/completions", endless)
    engine.wait_until(lambda: engine.loop.stats().queued == 1)
    second.close()
    engine.wait_until(lambda: engine.loop.stats().outcomes()[Outcome.CANCELLED] == 1)
    stats = engine.loop.stats()
    assert (stats.running, stats.queued) == (1, 0), "only the one that left is gone"
    first.close()
    engine.wait_until(lambda: is_idle(engine))
    assert engine.ask(max_tokens=2).status_code == 200


def test_e15_leaving_during_a_long_prefill_ends_it_within_a_step(start_engine):
    engine = start_engine(n_ctx=40_000, cells=80_000)
    engine.backend.gate.clear()
    connection = raw_request(engine, "/v1/completions", {"prompt": [50] * 30_000, "stream": True})
    engine.wait_until(engine.backend.waiting.is_set)
    connection.close()
    engine.wait_until(engine.backend.aborting.is_set)
    engine.backend.gate.set()
    engine.wait_until(lambda: is_idle(engine))
    assert engine.backend.decoded_tokens == 0, "the step was finished"
    assert engine.ask(max_tokens=2).status_code == 200


def test_e20_sixteen_at_once_are_answered_or_told_to_come_back(start_engine):
    engine = start_engine(queue=4, max_sequences=2)
    engine.backend.gate.clear()
    connections = [raw_request(engine, "/v1/completions", {"max_tokens": 3, "n": 2}) for _ in range(16)]
    statuses: list[int] = []
    refusals: list[bytes] = []

    def read(connection: socket.socket) -> None:
        answer = connection.recv(65536)
        statuses.append(int(answer.split()[1]))
        if b" 429 " in answer[:20]:
            refusals.append(answer.lower())

    readers = [threading.Thread(target=read, args=(connection,)) for connection in connections]
    for reader in readers:
        reader.start()
    engine.wait_until(lambda: len(statuses) >= 10)
    engine.backend.gate.set()
    for reader in readers:
        reader.join(60)
    for connection in connections:
        connection.close()
    assert set(statuses) == {200, 429}
    assert 4 <= statuses.count(200) <= 6
    assert all(b"retry-after: 1" in refusal for refusal in refusals)
    engine.wait_until(lambda: is_idle(engine))


def test_e20_a_stream_that_finds_the_queue_full_gets_a_plain_429(start_engine):
    engine = start_engine(queue=0)
    answer = engine.ask(stream=True)
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "busy"


def test_e20_two_hundred_slow_connections_do_not_keep_others_out(engine, monkeypatch):
    monkeypatch.setattr(ImpatientProtocol, "header_timeout_s", 0.5)
    slow = [socket.create_connection(("127.0.0.1", engine.port)) for _ in range(200)]
    for connection in slow:
        connection.sendall(b"GET /v1/models HTTP/1.1\r\nHost: local")
    assert engine.ask(max_tokens=2).status_code == 200
    ends_s = time.monotonic() + 60
    for connection in slow:
        connection.settimeout(max(0.01, ends_s - time.monotonic()))
        assert connection.recv(100) == b""
        connection.close()


def test_e20_a_second_request_may_not_dawdle_either(engine, monkeypatch):
    monkeypatch.setattr(ImpatientProtocol, "header_timeout_s", 0.3)
    with socket.create_connection(("127.0.0.1", engine.port), timeout=60) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        while not answer.endswith(b'{"status":"ok"}'):
            answer += connection.recv(4096)
        connection.sendall(b"GET /health HT")
        assert connection.recv(100) == b""


def test_e20_a_body_that_never_comes_times_out(engine, monkeypatch):
    monkeypatch.setattr("oa_desktop.engine.api.body.BODY_TIMEOUT_S", 0.3)
    with socket.create_connection(("127.0.0.1", engine.port), timeout=60) as connection:
        connection.sendall(
            f"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
            "Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{".encode()
        )
        assert b" 408 " in connection.recv(4096)[:20]


def test_a_huge_header_is_refused(engine):
    with socket.create_connection(("127.0.0.1", engine.port), timeout=60) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 200_000)
        assert b" 400 " in connection.recv(4096)[:20]


def test_a_failure_in_the_middle_ends_the_stream_with_an_error_event(engine):
    engine.backend.gate.clear()
    connection = raw_request(engine, "/v1/chat/completions", {"stream": True, "ignore_eos": True})
    opening = connection.recv(4096)
    assert b"200 OK" in opening
    engine.backend.failures = [DecodeError("decode-failed", "the device is gone")] * 50
    engine.backend.gate.set()
    rest = b""
    while chunk := connection.recv(65536):
        rest += chunk
        if b"0\r\n\r\n" in rest:
            break
    connection.close()
    last = [line for line in rest.decode().split("\r\n") if line.startswith("data: ")][-1]
    error = json.loads(last.removeprefix("data: "))["error"]
    assert error["type"] == "server_error"
    assert error["code"] == "decode-failed"
    assert "[DONE]" not in rest.decode()
    engine.wait_until(lambda: is_idle(engine))


def test_a_failure_of_a_whole_answer_is_an_error_status(engine):
    engine.backend.failures = [DecodeError("decode-failed", "the device is gone")] * 50
    answer = engine.ask()
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "decode-failed"


def test_a_crashed_loop_is_reported_by_health_and_by_requests(engine):
    engine.backend.decode = None
    assert engine.ask().status_code == 503
    assert engine.http.get("/health").status_code == 503
    assert engine.ask().json()["error"]["code"] == "engine-failed"


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/completions"])
def test_an_engine_that_is_ended_calls_no_reply_complete(start_engine, path):
    engine = start_engine(n_ctx=100_000, cells=200_000)
    endless = {"max_tokens": 90_000, "ignore_eos": True, "stream_options": {"include_usage": True}}
    streamed = raw_request(engine, path, {**endless, "stream": True})
    whole = raw_request(engine, path, endless)
    engine.wait_until(lambda: engine.loop.stats().running == 2)
    engine.loop.close()
    said = b""
    while b"0\r\n\r\n" not in said:
        chunk = streamed.recv(65536)
        assert chunk
        said += chunk
    events = [line for line in said.decode().splitlines() if line.startswith("data: ")]
    assert json.loads(events[-1].removeprefix("data: "))["error"]["code"] == "engine-closed"
    assert "[DONE]" not in said.decode()
    assert '"finish_reason":"' not in said.decode()
    assert b" 503 " in whole.recv(65536)[:20]
    streamed.close()
    whole.close()


def test_a_silent_stream_sends_a_sign_of_life(engine, monkeypatch):
    monkeypatch.setattr("oa_desktop.engine.api.answers.PULSE_S", 0.05)
    engine.backend.gate.clear()
    with raw_request(engine, "/v1/chat/completions", {"stream": True, "max_tokens": 2}) as connection:
        seen = b""
        while b": working\n\n" not in seen:
            seen += connection.recv(4096)
        engine.backend.gate.set()
        while b"[DONE]" not in seen:
            seen += connection.recv(4096)
