"""Raw bytes into the port of the real engine: half requests, wrong lengths, noise, cut connections."""

import asyncio
import json
import socket
import struct
import sys
from collections.abc import Iterator

import httpx2
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oa_desktop.client.handle import EngineHandle

from .metrics import Metrics
from .servers import KEY, TOUR, Served, our_server

pytestmark = [pytest.mark.model, pytest.mark.skipif(not TOUR.exists(), reason="no tour model")]
QUESTION = [{"role": "user", "content": "What can I do with this app?"}]
ANSWER_S = 10
"""Longer than the engine waits for the rest of a request line; nobody should need it."""
RST = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with our_server(tmp_path_factory.mktemp("home")) as server:
        yield server


def request(
    stream: bool, length: str | None = None, chunked: bytes | None = None, extra: str = "", n: int = 2
) -> bytes:
    body = json.dumps(
        {"messages": QUESTION, "stream": stream, "n": n, "max_tokens": 200, "ignore_eos": True}
    ).encode()
    framing = f"Content-Length: {len(body) if length is None else length}"
    if chunked is not None:
        framing, body = "Transfer-Encoding: chunked", chunked
    head = (
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {KEY}\r\n{extra}{framing}\r\n\r\n"
    )
    return head.encode("latin-1") + body


LENGTHS = st.sampled_from(["-1", "0", "1", "99999999999999999999", "+5", "5, 5", "0x20", "", "1e3"])
HEADERS = st.sampled_from(
    [
        "",
        "Connection: close\r\n",
        "Expect: 100-continue\r\n",
        "Content-Length: 3\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Upgrade: h2c\r\nConnection: Upgrade\r\n",
        "X: " + "y" * 9000 + "\r\n",
        " folded\r\n",
        "Bad Header: x\r\n",
        "X:\x00\r\n",
    ]
)
CHUNKS = st.sampled_from(
    [
        b"0\r\n\r\n",
        b'5\r\n{"a":\r\n',
        b"zz\r\n",
        b"-5\r\nabc",
        b"ffffffffffffffff\r\n{",
        b"2\r\n{}\r\n0\r\n\r\n",
    ]
)
REQUESTS = (
    st.builds(request, st.booleans())
    | st.builds(request, st.booleans(), length=LENGTHS)
    | st.builds(request, st.booleans(), chunked=CHUNKS)
    | st.builds(request, st.booleans(), extra=HEADERS)
    | st.binary(min_size=1, max_size=200)
)


@st.composite
def dialogues(draw: st.DrawFn) -> tuple[bytes, str]:
    """What is sent, and how the connection is left: it may be cut anywhere, or have two requests in a row."""
    sent = draw(REQUESTS) + (draw(REQUESTS) if draw(st.booleans()) else b"")
    if draw(st.booleans()):
        sent = sent[: draw(st.integers(0, len(sent)))]
    if draw(st.booleans()) and sent:
        place = draw(st.integers(0, len(sent) - 1))
        sent = sent[:place] + draw(st.binary(min_size=1, max_size=2)) + sent[place + 1 :]
    return sent, draw(st.sampled_from(["half-close", "close", "reset", "read a little and reset"]))


def talk(port: int, sent: bytes, leave: str) -> bytes:
    """The beginning of what the engine answered; empty when nobody read it."""
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_S) as connection:
        try:
            connection.sendall(sent)
            if leave == "half-close":
                connection.shutdown(socket.SHUT_WR)
                return connection.recv(4096)
            if leave == "read a little and reset" and sent.endswith(b"}"):
                connection.settimeout(0.05)
                connection.recv(100)
        except (ConnectionError, TimeoutError):
            return b""
        if leave != "close":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
    return b""


def begun_and_reset(port: int) -> bytes:
    """The first bytes of a stream whose reader then leaves by RST."""
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_S) as connection:
        connection.sendall(request(stream=True))
        begun = connection.recv(100)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
    return begun


def answers_rightly(served: Served) -> bool:
    body = {"messages": QUESTION, "max_tokens": 8, "temperature": 0}
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = httpx2.post(
        f"{served.base_url}/chat/completions", json=body, headers=headers, trust_env=False, timeout=60
    )
    return answer.status_code == 200 and bool(answer.json()["choices"][0]["message"]["content"])


def test_e20_e22_no_bytes_and_no_way_of_leaving_hurt_the_engine(served: Served) -> None:
    (engine,) = psutil.Process(served.pid).children()
    metrics = Metrics(EngineHandle(served.base_url, KEY))
    assert answers_rightly(served)
    asyncio.run(metrics.until_idle())
    descriptors = engine.num_fds() if sys.platform != "win32" else engine.num_handles()
    statuses: set[int] = set()

    @settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
    @given(dialogues())
    def any_dialogue(dialogue: tuple[bytes, str]) -> None:
        answer = talk(served.port, *dialogue)
        assert not answer or answer.startswith(b"HTTP/1.1 "), answer
        if answer:
            statuses.add(int(answer.split()[1]))

    any_dialogue()
    for _ in range(10):
        assert begun_and_reset(served.port).startswith(b"HTTP/1.1 200 ")
    asyncio.run(metrics.until_idle())
    assert not [status for status in statuses if status >= 500], statuses
    assert 400 in statuses, "nothing was refused: this shows nothing"
    assert answers_rightly(served)
    page = asyncio.run(metrics.page())
    assert page['requests_total{outcome="failed"}'] == 0
    assert page["used_cells"] + page["free_cells"] == page["capacity_cells"]
    now = engine.num_fds() if sys.platform != "win32" else engine.num_handles()
    assert now <= descriptors + 2, "connections were kept"
