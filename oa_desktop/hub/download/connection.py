"""Ask for a range of a file's bytes, and make sure that exactly those are what comes.

Redirects are followed by hand, so that every address is judged and is sent only the headers meant for it.
"""

import logging
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from urllib.parse import unquote, urlsplit

import truststore
import urllib3

from oa_desktop.gguf.errors import printable
from oa_desktop.hub import sentences
from oa_desktop.hub.addresses import MOST_REDIRECTS, check_target, onward
from oa_desktop.hub.download.answers import NotTheseBytes, asked_at, check_answer, place_of, strong_etag
from oa_desktop.hub.download.part_note import Source
from oa_desktop.hub.download.tuning import Tuning
from oa_desktop.hub.errors import HubUnreachable
from oa_desktop.hub.in_time import in_time
from oa_desktop.hub.proxies import proxy_for
from oa_desktop.hub.sentences import Asked

logging.getLogger("urllib3").setLevel(logging.ERROR)  # its warnings have whole addresses, signatures too

_REDIRECTS = (301, 302, 303, 307, 308)

HeadersFor = Callable[[str], Mapping[str, str]]
"""What to send to an address beside the range."""


class Body:
    """The bytes asked for, as they come. Closing it twice is fine."""

    def __init__(self, response: urllib3.BaseHTTPResponse, source: Source) -> None:
        self._response = response
        self._asked = asked_at(source.place)
        self.source = source

    def read(self, most_bytes: int) -> bytes:
        """What is there, at least one byte; empty at the end. Raises HubUnreachable."""
        try:
            return self._response.read1(most_bytes, decode_content=False)
        except (urllib3.exceptions.HTTPError, OSError, ValueError, AttributeError) as exc:
            raise _unreachable(exc, self._asked) from exc

    def interrupt(self) -> None:
        """Make a `read` on another thread return now."""
        with suppress(OSError, ValueError, AttributeError, RuntimeError):  # the last: all of it was read
            self._response.shutdown()

    def close(self) -> None:
        """Drop the connection; what was not read is not waited for."""
        with suppress(OSError, urllib3.exceptions.HTTPError):
            self._response.close()


class Connections:
    """Opens bodies through the proxies of the environment, with the system's certificates.

    endpoint: the hub; what it redirects to may not be less safe.
    """

    def __init__(self, endpoint: str, tuning: Tuning) -> None:
        self._endpoint = endpoint
        self._begin_s = tuning.begin_s
        self._timeout = urllib3.Timeout(connect=tuning.connect_s, read=tuning.stall_s)
        self._context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._lock = threading.Lock()

    def open(
        self,
        address: str,
        headers: HeadersFor,
        start: int,
        end: int,
        size_bytes: int,
        known: Source,
        stop: threading.Event | None = None,
    ) -> Body:
        """The bytes from `start` up to `end` of a file of `size_bytes`.

        known: whose bytes are on disk already; another version of the file is noticed. stop: gives up.
        Raises: AddressExpired, NotTheseBytes, WebPage, WrongSize; HubBusy, HubUnreachable, other HubError;
        DownloadCancelled when told to stop.
        """
        try:
            return in_time(
                lambda: self._opened(address, headers, start, end, size_bytes, known),
                self._begin_s,
                stop,
                too_late=Body.close,
            )
        except TimeoutError:
            raise sentences.silent(asked_at(address)) from None

    def _opened(
        self, address: str, headers: HeadersFor, start: int, end: int, size_bytes: int, known: Source
    ) -> Body:
        whole = start == 0 and end == size_bytes
        for _ in range(MOST_REDIRECTS + 1):
            check_target(self._endpoint, address)
            sent = {"Accept-Encoding": "identity", **headers(address)}
            if not whole:
                sent["Range"] = f"bytes={start}-{end - 1}"
                if known.etag and known.place == place_of(address):
                    sent["If-Range"] = known.etag
            response = self._get(address, sent)
            if response.status not in _REDIRECTS:
                break
            response.close()
            address = onward(address, response.headers.get("Location", ""))
        else:
            raise sentences.in_circles(asked_at(self._endpoint))
        try:
            check_answer(response, asked_at(address), start, end, size_bytes, whole=whole)
            source = Source(place_of(address), strong_etag(response.headers.get("ETag", "")))
            if known.etag and known.place == source.place and source.etag != known.etag:
                raise NotTheseBytes("the file was replaced meanwhile")
        except BaseException:
            response.close()
            raise
        return Body(response, source)

    def close(self) -> None:
        """Drop what is kept open; a request that is left behind may still add to it."""
        with self._lock:
            pools = list(self._pools.values())
        for pool in pools:
            pool.clear()

    def _get(self, address: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        try:
            return self._pool(address).request(
                "GET",
                address,
                headers=headers,
                timeout=self._timeout,
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as exc:
            raise _unreachable(exc, asked_at(address)) from exc

    def _pool(self, address: str) -> urllib3.PoolManager:
        proxy = proxy_for(address)
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = self._made(proxy)
            return self._pools[proxy]

    def _made(self, proxy: str) -> urllib3.PoolManager:
        if not proxy:
            return urllib3.PoolManager(ssl_context=self._context)
        if not proxy.startswith(("http://", "https://")):
            kind = printable(urlsplit(proxy).scheme or proxy, 20)
            raise HubUnreachable(
                "hub-proxy",
                f"Downloads cannot go through a proxy of the kind {kind}.",
                hint="Use an HTTP proxy.",
            )
        login = urlsplit(proxy)
        words = (unquote(word or "") for word in (login.username, login.password))
        credentials = ":".join(words) if login.username else None
        return urllib3.ProxyManager(
            proxy,
            ssl_context=self._context,
            proxy_ssl_context=self._context,
            proxy_headers=urllib3.make_headers(proxy_basic_auth=credentials) if credentials else None,
        )


def _unreachable(cause: Exception, asked: Asked) -> HubUnreachable:
    said = sentences.shown(str(cause))
    if isinstance(cause, urllib3.exceptions.SSLError) or isinstance(cause.__cause__, ssl.SSLError):
        return sentences.not_trusted(asked, said)
    if isinstance(cause, urllib3.exceptions.ProxyError):
        return sentences.proxy(asked, said)
    if isinstance(cause, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError):
        return sentences.unreachable(asked, said)
    return sentences.cut(asked, said)
