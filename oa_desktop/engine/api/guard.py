"""The door of the API: default deny, before any routing.

A request passes when it names this computer in `Host`, comes from no web page (`Origin`), carries the token
and, when it posts, posts JSON. Only `GET /health` needs no token. This is the single place that decides it.
"""

import hmac
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from oa_desktop.engine.api.problem import Problem

OPEN_PATH: Final = "/health"
_LOCAL_NAMES: Final = (b"127.0.0.1", b"localhost", b"[::1]")


class Guard:
    """ASGI middleware around the whole application.

    token: the only key there is. port: the port the engine listens on.
    """

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self._app = app
        self._expected = b"Bearer " + token.encode("ascii")
        self._hosts = {name + suffix for name in _LOCAL_NAMES for suffix in (b"", f":{port}".encode("ascii"))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, or answer it here."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await refusal.response()(scope, receive, send)

    def _refusal(self, scope: Scope) -> Problem | None:
        hosts = _values(scope, b"host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return Problem(403, "This API answers only to this computer's own names.", code="forbidden_host")
        if _values(scope, b"origin"):
            return Problem(403, "Web pages may not use this API.", code="forbidden_origin")
        if scope["path"] == OPEN_PATH and scope["method"] in {"GET", "HEAD"}:
            return None
        if not self._knows_the_token(scope):
            return Problem(
                401,
                "The key is missing or wrong.",
                code="invalid_api_key",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if scope["method"] == "POST" and not _is_json(scope):
            return Problem(415, "The content type must be application/json.", code="unsupported_media_type")
        return None

    def _knows_the_token(self, scope: Scope) -> bool:
        values = _values(scope, b"authorization")
        return len(values) == 1 and hmac.compare_digest(values[0], self._expected)


def _values(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]


def _is_json(scope: Scope) -> bool:
    values = _values(scope, b"content-type")
    return len(values) == 1 and values[0].split(b";")[0].strip().lower() == b"application/json"
