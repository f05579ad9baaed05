"""HTTP/1.1 connections as uvicorn speaks them, with less patience and one answer of our own."""

import asyncio
import sys
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_TIMEOUT_S: Final = 10.0
LARGEST_HEADER_BYTES: Final = 32 * 1024


class ImpatientProtocol(H11Protocol):
    """Closes a connection that takes longer than HEADER_TIMEOUT_S for the line and headers of a request."""

    header_timeout_s = HEADER_TIMEOUT_S
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait_for_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._wait_for_headers()
        else:
            self._stop_waiting()

    def _wait_for_headers(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(self.header_timeout_s, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def send_400_response(self, msg: str) -> None:
        """h11 refuses a missing or doubled `Host` before the guard can; the status is the guard's."""
        error = sys.exc_info()[1]
        if isinstance(error, h11.RemoteProtocolError) and "Host: header" in str(error):
            self._refuse_host()
        else:
            super().send_400_response(msg)

    def _refuse_host(self) -> None:
        headers = [(b"content-length", b"0"), (b"connection", b"close")]
        refusal = h11.Response(status_code=403, headers=headers, reason=b"Forbidden")
        for event in (refusal, h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
