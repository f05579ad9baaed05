"""The HTTP client huggingface_hub is given: bounded in time, bytes and redirects, and mean with the token.

The library would repeat a failed request for half a minute, wait for hours when a server tells it to, read
any amount into memory, and send the token on to other hubs.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin

import httpx2
from huggingface_hub import constants, set_client_factory
from huggingface_hub.utils import hf_raise_for_status  # type: ignore[attr-defined]
from huggingface_hub.utils import logging as upstream_logging

from oa_desktop.hub.addresses import MOST_REDIRECTS, check_target, is_same_origin
from oa_desktop.hub.errors import HubUnreachable
from oa_desktop.hub.failures import EXPECTED, translated
from oa_desktop.hub.sentences import Asked, in_circles, silent, unreadable

MOST_ANSWER_BYTES = 8 << 20
_CONNECT_S = 5.0
_installed = threading.Lock()
_is_installed = False


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer may take. silence_s: without a byte; whole_s: altogether."""

    silence_s: float = 8.0
    whole_s: float = 20.0


@dataclass(slots=True)
class _Call:
    asked: Asked
    patience: Patience
    until: float
    redirects: int = 0


_call: ContextVar[_Call | None] = ContextVar("_call", default=None)


@contextmanager
def asking(asked: Asked, patience: Patience) -> Iterator[None]:
    """Ask the hub through the library within this block. Raises only children of HubError."""
    _install()
    token = _call.set(_Call(asked, patience, time.monotonic() + patience.whole_s))
    try:
        yield
    except EXPECTED as exc:
        raise translated(exc, asked) from exc
    finally:
        _call.reset(token)


def _install() -> None:
    global _is_installed
    with _installed:
        if _is_installed:
            return
        constants.HF_HUB_DISABLE_TELEMETRY = True
        upstream_logging.set_verbosity(logging.ERROR)
        for name in ("httpx2", "httpcore2"):  # they write down every address, and so every word searched for
            logging.getLogger(name).setLevel(logging.ERROR)
        set_client_factory(_client)
        _is_installed = True


def _client() -> httpx2.Client:
    try:
        return _Client(
            headers={"Accept-Encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            follow_redirects=True,
            event_hooks={"request": [_before], "response": [_after]},
        )
    except (ValueError, ImportError, httpx2.InvalidURL) as exc:
        raise HubUnreachable(
            "hub-proxy",
            "The proxy of this system is of a kind the app cannot use.",
            hint="Check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY; only HTTP proxies work.",
        ) from exc


class _Client(httpx2.Client):
    """Times out whatever the library says, and never lets it try again."""

    def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        call = _current(request)
        silence_s = max(0.05, min(call.patience.silence_s, call.until - time.monotonic()))
        request.extensions["timeout"] = {
            "connect": min(_CONNECT_S, silence_s),
            "read": silence_s,
            "write": silence_s,
            "pool": silence_s,
        }
        try:
            return super().send(request, **options)
        except httpx2.TransportError as exc:
            raise translated(exc, call.asked) from exc


class _Bounded(httpx2.SyncByteStream):
    """The body of an answer while it is neither too long nor too slow; none of it when it is an error."""

    def __init__(self, stream: Any, call: _Call, most_bytes: int) -> None:
        self._stream, self._call, self._left = stream, call, most_bytes

    def __iter__(self) -> Iterator[bytes]:
        if not self._left:
            return
        for block in self._stream:
            self._left -= len(block)
            if self._left < 0:
                raise unreadable(self._call.asked, f"more than {MOST_ANSWER_BYTES} bytes")
            if time.monotonic() > self._call.until:
                raise silent(self._call.asked)
            yield block

    def close(self) -> None:
        self._stream.close()


def _before(request: httpx2.Request) -> None:
    """Wherever the library was sent: only where it may go, and without the token if that is elsewhere."""
    asked, url = _current(request).asked, str(request.url)
    check_target(asked.endpoint, url)
    if not is_same_origin(asked.endpoint, url):
        request.headers.pop("Authorization", None)


def _after(response: httpx2.Response) -> None:
    call = _current(response.request)
    refused = response.status_code >= 400
    response.stream = _Bounded(response.stream, call, 0 if refused else MOST_ANSWER_BYTES)
    if refused:
        hf_raise_for_status(response)
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise unreadable(call.asked, "packed although it was asked for plain")
    if response.has_redirect_location:
        check_target(call.asked.endpoint, urljoin(str(response.request.url), response.headers["Location"]))
        call.redirects += 1
        if call.redirects > MOST_REDIRECTS:
            raise in_circles(call.asked)


def _current(request: httpx2.Request) -> _Call:
    """What is being asked; for somebody who asks the library directly, the request speaks for itself."""
    patience = Patience()
    return _call.get() or _Call(Asked(str(request.url)), patience, time.monotonic() + patience.whole_s)
