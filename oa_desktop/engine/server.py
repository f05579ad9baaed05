"""uvicorn, set up for one process on loopback: no access log, no web sockets, no header that names it."""

import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from oa_desktop.engine.api.http_protocol import LARGEST_HEADER_BYTES, ImpatientProtocol


class Server(uvicorn.Server):
    """Serves until a signal or the lifeline ends the process. ready: called once it accepts requests."""

    def __init__(self, application: ASGIApp, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                http=ImpatientProtocol,
                loop="asyncio",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                h11_max_incomplete_event_size=LARGEST_HEADER_BYTES,
                timeout_keep_alive=15,
                timeout_graceful_shutdown=1,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()
