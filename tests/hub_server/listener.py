"""Accepts connections for one origin and reads the requests on them, one thread a connection."""

import contextlib
import select
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from .answer import BLOCK_BYTES, Answer, send_body

_MOST_HEAD_BYTES = 1 << 16


@dataclass
class SeenRequest:
    """A request as it came. headers: names in small letters; target: as sent; status 0: never answered."""

    origin: str
    method: str
    target: str
    headers: dict[str, str]
    status: int = 0
    sent_bytes: int = 0
    fault: str = ""
    path: str = field(init=False)

    def __post_init__(self) -> None:
        self.path = unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, list[str]]:
        """What stands behind the question mark."""
        return parse_qs(urlsplit(self.target).query)


class Gone(Exception):
    """The client closed the connection, or the server is closing."""


Respond = Callable[[SeenRequest], Answer]


class Listener:
    """One origin on loopback. respond: called on the connection's thread for every request."""

    def __init__(
        self,
        name: str,
        respond: Respond,
        done: Callable[[], None],
        context: ssl.SSLContext | None,
        send_buffer: int | None,
    ) -> None:
        self.name = name
        self._respond, self._done, self._context, self._send_buffer = respond, done, context, send_buffer
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._socket.getsockname()[1]
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, name=f"{name} accepts", daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """End every connection and wait for the threads."""
        self._closing.set()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        self._accepting.join(5)
        self._socket.close()
        self.drop_connections()
        for thread in self._threads:
            thread.join(5)

    def drop_connections(self) -> None:
        """End every connection, in the middle of whatever it does."""
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), name=self.name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._send_buffer is not None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._send_buffer)
            if self._context is not None:
                connection.settimeout(60)
                connection = self._context.wrap_socket(connection, server_side=True)
                connection.settimeout(None)
            with self._lock:
                self._open.add(connection)
            waiting = b""
            while not self._closing.is_set():
                request, waiting = _read_request(self.name, connection, waiting)
                if request is None or not self._answer(connection, request):
                    return
        except (OSError, Gone, ValueError):  # ValueError: not HTTP
            return
        finally:
            with self._lock:
                self._open.discard(connection)
            with contextlib.suppress(OSError):
                connection.close()

    def _answer(self, connection: socket.socket, request: SeenRequest) -> bool:
        """Answer one request. Returns whether the connection can carry another."""

        def wait(seconds: float) -> None:
            if self._closing.is_set():
                raise Gone
            if select.select([connection], [], [], seconds)[0]:
                raise Gone

        def send(source: bytes | Path, offset: int, count: int) -> None:
            if isinstance(source, Path):
                with source.open("rb") as file:
                    file.seek(offset)
                    try:
                        connection.sendfile(file, offset, count)
                    finally:
                        request.sent_bytes += file.tell() - offset
                return
            view = memoryview(source)[offset : offset + count]
            while view:
                sent = connection.send(view[:BLOCK_BYTES])
                request.sent_bytes += sent
                view = view[sent:]

        answer = self._respond(request)
        try:
            if answer.wait_s:
                wait(answer.wait_s)
            if answer.status:
                connection.sendall(answer.head())
                request.status = answer.status
                if request.method != "HEAD":
                    send_body(answer, send, wait)
            if answer.reset:
                _reset_on_close(connection)
            return bool(answer.status) and not answer.ends_connection
        finally:
            self._done()


def _read_request(origin: str, connection: socket.socket, waiting: bytes) -> tuple[SeenRequest | None, bytes]:
    while b"\r\n\r\n" not in waiting:
        if len(waiting) > _MOST_HEAD_BYTES:
            return None, b""
        received = connection.recv(_MOST_HEAD_BYTES)
        if not received:
            return None, b""
        waiting += received
    head, _, waiting = waiting.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (ln.partition(":") for ln in lines)}
    return SeenRequest(origin, method, target, headers), waiting


def _reset_on_close(connection: socket.socket) -> None:
    form = "hh" if sys.platform == "win32" else "ii"
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(form, 1, 0))
