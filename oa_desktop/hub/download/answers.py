"""What a server answers when it is asked for a range of bytes, judged before one of them is believed."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import urllib3

from oa_desktop.hub import sentences
from oa_desktop.hub.sentences import Asked

_CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19}|\*)\Z", re.ASCII)
_LENGTH = re.compile(r"\d{1,19}\Z", re.ASCII)
_BUSY = (408, 425, 429, 500, 502, 503, 504)
_EXPIRED = (401, 403, 404, 410)


class AddressExpired(Exception):
    """The address does not give the file out any more; the hub may know another. status: what it said."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class NotTheseBytes(Exception):
    """What comes cannot be joined to what is there. ignored: it would have been right from the start on."""

    def __init__(self, why: str, *, ignored: bool = False) -> None:
        super().__init__(why)
        self.ignored = ignored


class WebPage(Exception):
    """A page for people comes instead of the file, as from a network that wants a login first."""


class WrongSize(Exception):
    """The server promises or sends another number of bytes than the hub announced."""


def check_answer(
    response: urllib3.BaseHTTPResponse, asked: Asked, start: int, end: int, size_bytes: int, *, whole: bool
) -> None:
    """Whether exactly the bytes from `start` up to `end` come. whole: no range was asked for.

    Raises: AddressExpired, NotTheseBytes, WebPage, WrongSize, HubBusy, HubError.
    """
    status = response.status
    if status in _EXPIRED:
        raise AddressExpired(status)
    if status == 416:
        raise NotTheseBytes("the server has no such range", ignored=True)
    if status in _BUSY:
        wait_s = retry_after_s(response.headers.get("Retry-After", ""))
        raise sentences.busy(asked, status, "", wait_s)
    if response.headers.get("Content-Type", "").startswith("text/html"):
        raise WebPage
    if status == 206 and not whole:
        match = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
        if match is None or int(match[1]) != start or int(match[2]) != end - 1:
            raise NotTheseBytes("another range came than the one asked for", ignored=True)
        if match[3] not in ("*", str(size_bytes)):
            raise WrongSize(f"{match[3]} bytes instead of {size_bytes}")
        _check_length(response, end - start)
    elif status == 200:
        if not whole:
            raise NotTheseBytes("the server sends the whole file", ignored=True)
        _check_length(response, size_bytes)
    else:
        raise sentences.refused(asked, status, "")


def _check_length(response: urllib3.BaseHTTPResponse, expected: int) -> None:
    length = response.headers.get("Content-Length")
    if length is not None and _LENGTH.match(length) and int(length) != expected:
        raise WrongSize(f"{length} bytes instead of {expected}")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise NotTheseBytes("the server packs what was asked for unpacked")


def retry_after_s(value: str) -> float | None:
    """What `Retry-After` asks for, in seconds or by a date; None for none, or one nobody can read."""
    if value.strip().isdecimal():
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - datetime.now(UTC)).total_seconds())


def place_of(address: str) -> str:
    """The address without its signature: the same place may be signed anew."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def strong_etag(etag: str) -> str:
    """Only a strong ETag may be asked for with a range."""
    return etag if etag.startswith('"') and len(etag) < 300 else ""


def asked_at(address: str) -> Asked:
    """The server at an address, to be named in a sentence."""
    parts = urlsplit(address)
    return Asked(f"{parts.scheme}://{parts.netloc}", "the file")
