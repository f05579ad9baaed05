"""Read the header of a model file on the hub, without fetching the file.

The parser asks for bytes as it goes, and they are fetched in growing pieces. A header that claims to be long
costs no more than the limit, and one that was read to its end is whole.
"""

import threading
import time
from pathlib import Path, PurePosixPath
from typing import Final

from oa_desktop.gguf.errors import ModelDamaged, ModelIncomplete, decimal_size, printable
from oa_desktop.gguf.header import GgufHeader, parse_header
from oa_desktop.gguf.sniff import kind_of_bytes
from oa_desktop.hub.download import sentences
from oa_desktop.hub.download.answers import AddressExpired, NotTheseBytes, WebPage, WrongSize
from oa_desktop.hub.download.connection import Connections
from oa_desktop.hub.download.locating import Locator
from oa_desktop.hub.download.part_note import Source
from oa_desktop.hub.download.tuning import MIB, Tuning
from oa_desktop.hub.errors import DownloadCancelled, DownloadDamaged, HubError, HubUnreachable
from oa_desktop.hub.repos import FileLocation

FIRST_BYTES: Final = MIB
MOST_BYTES: Final = 32 * MIB
"""Four times the longest header seen."""

_READ_BYTES: Final = 64 * 1024
_QUICK: Final = Tuning(connect_s=8.0, stall_s=8.0)
_WHOLE_S: Final = 60.0


def read_remote_header(
    hub: Locator,
    location: FileLocation,
    *,
    stop: threading.Event | None = None,
    tuning: Tuning = _QUICK,
    whole_s: float = _WHOLE_S,
) -> GgufHeader:
    """The header of the file at `location`, by Range requests of at most 32 MiB together.

    Blocks. stop: give up when it is set, at the latest with the next byte or when none comes in time.
    whole_s: how long it may take altogether. Tries nothing twice, but asks once more for an expired address.
    Raises: HubError; DownloadCancelled; NotAModel or ModelUnsupported for what is no model for this engine.
    """
    if not location.size_bytes:
        raise HubError("hub-answer", f"The hub does not say how long {printable(location.path)} is.")
    start = _Start(hub, location, location.size_bytes, stop or threading.Event(), tuning, whole_s)
    path = Path(PurePosixPath(location.path).name or "model.gguf")
    try:
        return parse_header(start, path, location.size_bytes)
    except (ModelDamaged, ModelIncomplete) as problem:
        raise DownloadDamaged(
            "hub-file-damaged",
            f"{printable(location.path)} is damaged on the hub itself.",
            detail=problem.detail,
            hint="Choose another file.",
        ) from problem
    finally:
        start.close()


class _Start:
    """The start of a file, as long as anybody has asked for."""

    def __init__(
        self,
        hub: Locator,
        location: FileLocation,
        size_bytes: int,
        stop: threading.Event,
        tuning: Tuning,
        whole_s: float,
    ) -> None:
        self._hub, self._location, self._size = hub, location, size_bytes
        self._stop = stop
        self._until = time.monotonic() + whole_s
        self._connections = Connections(hub.endpoint, tuning)
        self._source = Source()
        self._bytes = bytearray()
        self._position = 0
        self._asked_again = False

    def seek(self, position: int, /) -> int:
        self._position = position
        return position

    def read(self, count: int, /) -> bytes:
        end = min(self._position + count, self._size)
        if end > MOST_BYTES:
            raise HubError(
                "hub-header-long",
                f"The header of {printable(self._location.path)} is longer than {decimal_size(MOST_BYTES)}.",
                hint="Choose another file.",
            )
        while end > len(self._bytes):
            self._grow(min(max(end, 2 * len(self._bytes), FIRST_BYTES), MOST_BYTES, self._size))
        found = bytes(self._bytes[self._position : end])
        self._position = end
        return found

    def close(self) -> None:
        self._connections.close()

    def _grow(self, end: int) -> None:
        path = self._location.path
        try:
            self._fetch(end)
        except AddressExpired as expired:
            if self._asked_again:
                raise sentences.refused(expired.status, path) from None
            self._asked_again = True
            self._ask_again()
        except WebPage:
            raise sentences.web_page() from None
        except NotTheseBytes as other:
            raise HubError(
                "hub-no-parts",
                f"The hub does not give out the start of {printable(path)} alone.",
                detail=str(other),
                hint="Whether it fits can be told after the download.",
            ) from None
        except WrongSize as wrong:
            raise sentences.came_wrong(
                self._location, f"has another size than the hub announced: {wrong}"
            ) from None

    def _fetch(self, end: int) -> None:
        start = len(self._bytes)
        url, headers = self._location.url, self._hub.download_headers
        body = self._connections.open(url, headers, start, end, self._size, self._source, self._stop)
        try:
            while len(self._bytes) < end:
                if self._stop.is_set():
                    raise DownloadCancelled
                if time.monotonic() > self._until:
                    raise HubUnreachable("hub-slow", "The hub answers too slowly.", hint="Try again later.")
                piece = body.read(min(_READ_BYTES, end - len(self._bytes)))
                if not piece:
                    raise HubUnreachable("hub-cut", "The connection broke off.", hint="Check the network.")
                self._bytes += piece
            self._source = body.source
        finally:
            body.close()
        begin = bytes(self._bytes[:512])
        if start == 0 and kind_of_bytes(begin, Path(self._location.path)).is_answer:
            raise WebPage

    def _ask_again(self) -> None:
        """The address does not hold any more; the hub may know another."""
        old = self._location
        fresh = self._hub.locate(old.repo, old.path, old.commit)
        if fresh.size_bytes != self._size or fresh.sha256 != old.sha256:
            raise sentences.replaced(old.path)
        self._location = fresh
