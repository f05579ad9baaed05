"""The client against servers that are not ours: sloppy, hostile, half dead, or simply different."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from oa_desktop.client.api import EngineClient
from oa_desktop.client.errors import (
    ConnectionLost,
    ContextExceeded,
    EngineAddressInvalid,
    EngineBusy,
    EngineFailed,
    EngineUnreachable,
    KeyRefused,
    NotServed,
    ReplyUnreadable,
    RequestRefused,
)
from oa_desktop.client.events import INTERRUPTED, ChoiceDelta, ChoiceEnd, Usage
from oa_desktop.client.handle import EngineHandle, ModelDescription, remote_engine

QUESTION = [{"role": "user", "content": "李白?"}]
MODEL = ModelDescription("theirs")
STREAM = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def chunk(text: str | None = None, *, index: int = 0, reason: str | None = None, **more: object) -> str:
    delta = {} if text is None else {"content": text}
    choice = {"index": index, "delta": delta, "finish_reason": reason}
    return "data: " + json.dumps({"choices": [choice], **more}) + "\n\n"


class Server:
    """Answers every request with the same bytes, in the given pieces."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.left = asyncio.Event()

    @asynccontextmanager
    async def saying(self, *pieces: str | bytes, then: str = "close") -> AsyncIterator[EngineClient]:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            self.requests.append(head + await reader.readexactly(int(length[1]) if length else 0))
            for piece in pieces:
                writer.write(piece.encode() if isinstance(piece, str) else piece)
                await writer.drain()
                await asyncio.sleep(0)
            if then == "reset":
                writer.transport.abort()
            elif then == "wait":
                while await reader.read(1000):
                    pass
                self.left.set()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        async with EngineClient(EngineHandle(address, "their-key", MODEL)) as client:
            yield client
        server.close()


def answer(status: str, body: object, *headers: str) -> str:
    text = body if isinstance(body, str) else json.dumps(body)
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(text.encode())}", "Connection: close", *headers]
    return "\r\n".join([*head, "", text])


async def read(client: EngineClient, **options: object) -> list:
    return [event async for event in client.chat(QUESTION, **options)]


async def collect(seen: list, stream: AsyncIterator) -> None:
    async for event in stream:
        seen.append(event)


async def test_a_stream_may_come_byte_by_byte():
    text = (
        STREAM + ": hello\r\n\r\n" + chunk("李") + chunk("白🙂") + chunk(reason="stop") + "data: [DONE]\n\n"
    )
    async with Server().saying(*(bytes([byte]) for byte in text.encode())) as client:
        assert await read(client) == [ChoiceDelta(0, "李"), ChoiceDelta(0, "白🙂"), ChoiceEnd(0, "stop")]


async def test_a_missing_done_is_forgiven_when_every_reply_has_ended():
    async with Server().saying(STREAM, chunk("a"), chunk(reason="length")) as client:
        assert (await read(client))[-1] == ChoiceEnd(0, "length")


@pytest.mark.parametrize("end", ["close", "reset"])
async def test_a_stream_that_breaks_off_keeps_its_text_and_says_so(end):
    seen = []
    async with Server().saying(
        STREAM, chunk("a"), chunk("b", index=1), chunk(index=1, reason="stop"), then=end
    ) as client:
        with pytest.raises(ConnectionLost):
            await collect(seen, client.chat(QUESTION, n=2))
    assert seen[:1] == [ChoiceDelta(0, "a")]


async def test_an_error_in_the_middle_is_raised_after_the_text():
    seen = []
    error = "data: " + json.dumps({"error": {"message": "CUDA error", "code": 500}}) + "\n\n"
    async with Server().saying(STREAM, chunk("a"), error, then="close") as client:
        with pytest.raises(EngineFailed, match="CUDA error"):
            await collect(seen, client.chat(QUESTION))
    assert seen == [ChoiceDelta(0, "a")]


async def test_usage_of_every_chunk_and_null_usage_are_understood():
    usage = {"prompt_tokens": 3, "completion_tokens": 1}
    async with Server().saying(
        STREAM, chunk("a", usage=None), chunk(reason="stop", usage=usage), "data: [DONE]\n\n"
    ) as client:
        assert (await read(client))[-1] == Usage(3, 1)


@pytest.mark.parametrize(
    "data", ["not json", "[1]", '{"choices": [{"index": 9, "delta": {"content": "x"}}]}', "NaN"]
)
async def test_a_stream_of_something_else_is_refused(data):
    async with Server().saying(STREAM, f"data: {data}\n\n") as client:
        with pytest.raises(ReplyUnreadable):
            await read(client)


async def test_an_event_without_end_is_not_collected_for_ever():
    async with Server().saying(STREAM, "data: ", "x" * (5 * 1024 * 1024)) as client:
        with pytest.raises(ReplyUnreadable):
            await read(client)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (answer("401 Unauthorized", {"error": {"message": "no"}}), KeyRefused),
        (answer("404 Not Found", "<html>nothing</html>"), NotServed),
        (answer("429 Too Many Requests", {}, "Retry-After: 7"), EngineBusy),
        (answer("500 Internal Server Error", "oops"), EngineFailed),
        (answer("422 Unprocessable Entity", {"detail": [1]}), RequestRefused),
        (answer("302 Found", "", "Location: https://elsewhere.example/"), EngineAddressInvalid),
        ("garbage\r\n\r\n", ConnectionLost),
        ("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort", ConnectionLost),
        ("", ConnectionLost),
    ],
    ids=["401", "404", "429", "500", "422", "302", "garbage", "short", "nothing"],
)
async def test_every_kind_of_trouble_has_its_error(said, kind):
    async with Server().saying(said) as client:
        with pytest.raises(kind):
            await read(client)
    async with Server().saying(said) as client:
        with pytest.raises(kind):
            await client.models()


async def test_a_redirect_never_carries_the_key_away():
    server, elsewhere = Server(), Server()
    async with elsewhere.saying(answer("200 OK", {"data": []})) as other:
        target = answer("307 Temporary Redirect", "", f"Location: {other.handle.base_url}/models")
        async with server.saying(target) as client:
            with pytest.raises(EngineAddressInvalid):
                await client.models()
    assert b"their-key" in server.requests[0]
    assert elsewhere.requests == []


async def test_nothing_at_the_address_is_said_so():
    async with EngineClient(EngineHandle("http://127.0.0.1:9/v1", "", MODEL)) as client:
        with pytest.raises(EngineUnreachable):
            await read(client)
        with pytest.raises(EngineUnreachable):
            await client.health()


async def test_closing_the_iterator_drops_the_connection():
    server = Server()
    async with server.saying(STREAM, chunk("a"), then="wait") as client:
        async with aclosing(client.chat(QUESTION)) as replies:
            assert await anext(replies) == ChoiceDelta(0, "a")
        async with asyncio.timeout(30):
            await server.left.wait()


async def test_cancelling_the_task_drops_the_connection():
    server = Server()
    async with server.saying(STREAM, chunk("a"), then="wait") as client:
        reading = asyncio.create_task(read(client))
        while not server.requests:
            await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        async with asyncio.timeout(30):
            await server.left.wait()


async def test_a_server_without_health_is_healthy_when_it_lists_its_models():
    server = Server()
    routes: dict[bytes, str] = {
        b"/health": answer("404 Not Found", ""),
        b"/v1/models": answer("200 OK", {"data": [{"id": "theirs"}]}),
    }
    async with serve(routes, server) as address, EngineClient(remote_engine(address, "k")) as client:
        assert await client.health()
        assert client.model_name == ""
        assert [model.name for model in await client.models()] == ["theirs"]


async def test_the_first_model_of_a_remote_server_is_asked():
    server = Server()
    done = STREAM + chunk("a") + chunk(reason="stop") + "data: [DONE]\n\n"
    routes = {b"/v1/models": answer("200 OK", {"data": [{"id": "big"}, {"id": "small"}]}), b"/v1/chat": done}
    async with serve(routes, server) as address, EngineClient(remote_engine(address)) as client:
        assert await read(client)
        assert client.model_name == "big"
    assert all(b"authorization" not in request.lower() for request in server.requests)


async def test_a_server_that_ignores_n_is_asked_again_with_the_next_seed():
    server = Server()
    async with server.saying(STREAM, chunk("a"), chunk(reason="stop"), "data: [DONE]\n\n") as client:
        events = await read(client, n=3, seed=40)
    assert sorted(event.index for event in events if isinstance(event, ChoiceEnd)) == [0, 1, 2]
    assert [json.loads(request.partition(b"\r\n\r\n")[2])["seed"] for request in server.requests] == [
        40,
        41,
        42,
    ]


async def test_a_server_that_ignores_n_may_close_without_done():
    async with Server().saying(STREAM, chunk("a"), chunk(reason="stop")) as client:
        assert len([event for event in await read(client, n=2) if isinstance(event, ChoiceEnd)]) == 2


async def test_a_server_that_drops_every_refused_stream_is_asked_why():
    too_long = {"error": {"message": "exceeds the context", "code": "context_length_exceeded"}}
    asked: list[dict] = []

    async def answer_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        asked.append(json.loads(await reader.readexactly(int(length[1]))))
        if len(asked) == 1:
            writer.write(STREAM.encode())
        elif len(asked) > 2:  # the second request meets a connection that is just being dropped
            writer.write(answer("400 Bad Request", too_long).encode())
        writer.close()

    running = await asyncio.start_server(answer_one, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{running.sockets[0].getsockname()[1]}/v1"
    async with EngineClient(EngineHandle(address, "", MODEL)) as client:
        with pytest.raises(ContextExceeded):
            await read(client, max_tokens=50)
    running.close()
    assert [request.get("stream") for request in asked] == [True, None, None]
    assert [request["max_tokens"] for request in asked] == [50, 1, 1]


async def test_a_stream_that_broke_off_after_some_text_is_not_asked_about():
    server = Server()
    async with server.saying(STREAM, chunk("a")) as client:
        with pytest.raises(ConnectionLost):
            await read(client)
    assert len(server.requests) == 1


@pytest.mark.parametrize("said", [[], [chunk("a")]], ids=["nothing", "some text"])
async def test_a_reply_that_ends_without_a_reason_was_interrupted(said):
    async with Server().saying(STREAM, *said, "data: [DONE]\n\n") as client:
        assert (await read(client))[-1] == ChoiceEnd(0, INTERRUPTED)


async def test_proxies_of_the_environment_are_not_used_for_this_computer(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with Server().saying(answer("200 OK", {"data": []})) as client:
        assert await client.models() == ()


@asynccontextmanager
async def serve(routes: dict[bytes, str], server: Server) -> AsyncIterator[str]:
    """A server with an answer for each beginning of a path."""

    async def answer_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        server.requests.append(request)
        path = request.split()[1]
        writer.write(next(said for start, said in routes.items() if path.startswith(start)).encode())
        await writer.drain()
        writer.close()

    running = await asyncio.start_server(answer_one, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{running.sockets[0].getsockname()[1]}"
    running.close()
