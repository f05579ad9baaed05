"""uvicorn, set up for one process on loopback: no access log, no web sockets, no header that names it."""

import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from oa_desktop.engine.api.http_protocol import LARGEST_HEADER_BYTES, ImpatientProtocol


class Server(uvicorn.Server):
    """Serves until a signal or the lifeline ends the process, or until nothing can be answered any more.

    ready: called once it accepts requests.   healthy: asked ten times a second.
    """

    def __init__(
        self, application: ASGIApp, ready: Callable[[], None], healthy: Callable[[], bool] = lambda: True
    ) -> None:
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
        self._healthy = healthy

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or not self._healthy()
