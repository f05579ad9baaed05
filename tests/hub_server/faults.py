"""What a hub, its storage or the network between can do wrong, each as a value that changes one answer.

A fault waits for a request it can really happen to: a cut for a body that is long enough, an ignored Range
for a request with one. Offsets are of the bytes of that answer, but FlipByte's is of the whole file.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from .answer import Answer
from .listener import SeenRequest


class Fault(Protocol):
    """Changes `answer` before its range is selected (`change`) and after (`spoil`)."""

    def applies(self, request: SeenRequest, answer: Answer) -> bool:
        """Whether it can happen to this answer."""
        ...

    def change(self, request: SeenRequest, answer: Answer) -> None:
        """Before the range is selected."""
        ...

    def spoil(self, request: SeenRequest, answer: Answer) -> None:
        """After the range was selected."""
        ...


class _Fault:
    def applies(self, request: SeenRequest, answer: Answer) -> bool:
        return True

    def change(self, request: SeenRequest, answer: Answer) -> None: ...

    def spoil(self, request: SeenRequest, answer: Answer) -> None: ...


class _OfBody(_Fault):
    """Needs a body of which more than `_least` bytes go out."""

    def applies(self, request: SeenRequest, answer: Answer) -> bool:
        return request.method == "GET" and _bytes_out(request, answer) > self._least(request, answer)

    def _least(self, request: SeenRequest, answer: Answer) -> int:
        return 0


def _bytes_out(request: SeenRequest, answer: Answer) -> int:
    wanted = answer.wanted(request.headers.get("range"))
    return wanted[1] if wanted else 0


def _replace(answer: Answer, status: int, headers: Mapping[str, str], body: bytes) -> None:
    answer.status, answer.headers, answer.content = status, dict(headers), body
    answer.is_file, answer.start, answer.count = False, 0, len(body)


@dataclass(frozen=True)
class CutAfter(_OfBody):
    """The connection ends after n bytes of the body (n < 0: that many before its end)."""

    n: int
    reset: bool = False

    def _least(self, request: SeenRequest, answer: Answer) -> int:
        return self.n if self.n >= 0 else -self.n - 1

    def spoil(self, request: SeenRequest, answer: Answer) -> None:
        answer.cut_after = self.n if self.n >= 0 else answer.count + self.n
        answer.reset = self.reset


@dataclass(frozen=True)
class Stall(_OfBody):
    """Nothing comes for some seconds after that many bytes, then the rest."""

    after: int
    seconds: float

    def _least(self, request: SeenRequest, answer: Answer) -> int:
        return self.after

    def spoil(self, request: SeenRequest, answer: Answer) -> None:
        answer.stall = (self.after, self.seconds)


@dataclass(frozen=True)
class Trickle(_OfBody):
    """The body comes this slowly."""

    bytes_per_second: float

    def spoil(self, request: SeenRequest, answer: Answer) -> None:
        answer.bytes_per_second = self.bytes_per_second


@dataclass(frozen=True)
class Status(_Fault):
    """Another answer altogether."""

    code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def change(self, request: SeenRequest, answer: Answer) -> None:
        _replace(answer, self.code, self.headers, self.body)


@dataclass(frozen=True)
class JsonBody(_Fault):
    """An answer of 200 with this JSON, whatever was asked."""

    value: Any

    def change(self, request: SeenRequest, answer: Answer) -> None:
        _replace(answer, 200, {"Content-Type": "application/json"}, json.dumps(self.value).encode())


@dataclass(frozen=True)
class WrongLength(_OfBody):
    """Content-Length is wrong by so many bytes; the body is as always."""

    by: int

    def spoil(self, request: SeenRequest, answer: Answer) -> None:
        answer.length_error = self.by


@dataclass(frozen=True)
class LongBody(_OfBody):
    """So many bytes more than the file has, and Content-Length says so."""

    extra: int

    def spoil(self, request: SeenRequest, answer: Answer) -> None:
        answer.extra = b"x" * self.extra


@dataclass(frozen=True)
class NoLength(_OfBody):
    """No Content-Length: the body ends where the connection does."""

    def spoil(self, request: SeenRequest, answer: Answer) -> None:
        answer.with_length = False


@dataclass(frozen=True)
class EndlessBody(_Fault):
    """A body that never ends, after `start`."""

    start: bytes = b""

    def change(self, request: SeenRequest, answer: Answer) -> None:
        _replace(answer, 200, {"Content-Type": "application/json"}, self.start)
        answer.endless = True


@dataclass(frozen=True)
class EndlessChunkHead(_OfBody):
    """A chunk is announced with more and more words, a few bytes at a time, and never comes."""

    def change(self, request: SeenRequest, answer: Answer) -> None:
        head = {"Content-Type": "application/octet-stream", "Transfer-Encoding": "chunked"}
        _replace(answer, 200, head, b"1;")
        answer.endless, answer.bytes_per_second = True, 200


@dataclass(frozen=True)
class BrokenHeader(_OfBody):
    """Among the headers is a line that is none."""

    def spoil(self, request: SeenRequest, answer: Answer) -> None:
        answer.headers["no header at all\r\nX-More"] = "1"


@dataclass(frozen=True)
class FlipByte(_OfBody):
    """One bit of the byte at this place of the file is wrong (at < 0: from its end)."""

    at: int

    def applies(self, request: SeenRequest, answer: Answer) -> bool:
        wanted = answer.wanted(request.headers.get("range"))
        return (
            super().applies(request, answer)
            and wanted is not None
            and wanted[0] <= self._place(answer) < wanted[0] + wanted[1]
        )

    def spoil(self, request: SeenRequest, answer: Answer) -> None:
        answer.flip_at = self._place(answer)

    def _place(self, answer: Answer) -> int:
        return self.at if self.at >= 0 else answer.total + self.at


class _OfRange(_OfBody):
    """Needs a request with a Range that can be satisfied."""

    def applies(self, request: SeenRequest, answer: Answer) -> bool:
        return answer.is_file and "range" in request.headers and super().applies(request, answer)


@dataclass(frozen=True)
class IgnoreRange(_OfRange):
    """200 with the whole file although a part was asked for."""

    def change(self, request: SeenRequest, answer: Answer) -> None:
        answer.is_file = False


@dataclass(frozen=True)
class WrongContentRange(_OfRange):
    """206 whose Content-Range is another than the one asked for; the bytes are those of that other range."""

    by: int = 1

    def spoil(self, request: SeenRequest, answer: Answer) -> None:
        if answer.status == 206:
            answer.start = max(0, min(answer.start + self.by, answer.total - 1))
            answer.count = min(answer.count, answer.total - answer.start)
            end = answer.start + answer.count - 1
            answer.headers["Content-Range"] = f"bytes {answer.start}-{end}/{answer.total}"


@dataclass(frozen=True)
class ChangedEtag(_Fault):
    """The file is another one, going by its tag."""

    etag: str = "f" * 64

    def applies(self, request: SeenRequest, answer: Answer) -> bool:
        return "ETag" in answer.headers

    def change(self, request: SeenRequest, answer: Answer) -> None:
        answer.headers["ETag"] = f'"{self.etag}"'
        if "X-Linked-ETag" in answer.headers:
            answer.headers["X-Linked-ETag"] = f'"{self.etag}"'


@dataclass(frozen=True)
class NoEtag(_Fault):
    """No tag."""

    def applies(self, request: SeenRequest, answer: Answer) -> bool:
        return "ETag" in answer.headers

    def change(self, request: SeenRequest, answer: Answer) -> None:
        answer.headers.pop("ETag", None)
        answer.headers.pop("X-Linked-ETag", None)


@dataclass(frozen=True)
class NoCommit(_Fault):
    """No X-Repo-Commit."""

    def applies(self, request: SeenRequest, answer: Answer) -> bool:
        return "X-Repo-Commit" in answer.headers

    def change(self, request: SeenRequest, answer: Answer) -> None:
        del answer.headers["X-Repo-Commit"]


@dataclass(frozen=True)
class Redirect(_Fault):
    """Sent on to another address. keep_headers: with what the answer says about the file."""

    location: str
    status: int = 302
    keep_headers: bool = True

    def change(self, request: SeenRequest, answer: Answer) -> None:
        kept = answer.headers if self.keep_headers else {}
        kept = {name: value for name, value in kept.items() if name not in ("Content-Type", "Accept-Ranges")}
        _replace(answer, self.status, {**kept, "Location": self.location}, b"")


@dataclass(frozen=True)
class RedirectLoop(_Fault):
    """Sent on and on at the same origin: for ever, or for so many hops and then to where it began."""

    hops: int | None = None

    def change(self, request: SeenRequest, answer: Answer) -> None:
        left = "for-ever" if self.hops is None else str(self.hops)
        target = f"/__hop__/{left}{request.target}"
        _replace(answer, 302, {"Location": target}, b"")


@dataclass(frozen=True)
class ExpiredSignature(_Fault):
    """What storage says when the signature in the address is too old."""

    def change(self, request: SeenRequest, answer: Answer) -> None:
        _replace(answer, 403, {"Content-Type": "application/xml"}, EXPIRED)


@dataclass(frozen=True)
class HtmlPage(_Fault):
    """A log-in page of some network, with 200."""

    body: bytes = (
        b"<!DOCTYPE html><html><head><title>Log in to Airport Wi-Fi</title></head><body>Hi</body></html>"
    )

    def change(self, request: SeenRequest, answer: Answer) -> None:
        _replace(answer, 200, {"Content-Type": "text/html; charset=utf-8"}, self.body)


@dataclass(frozen=True)
class SlowStart(_Fault):
    """Nothing at all for some seconds, then the answer."""

    seconds: float

    def change(self, request: SeenRequest, answer: Answer) -> None:
        answer.wait_s = self.seconds


@dataclass(frozen=True)
class CloseAtOnce(_Fault):
    """The connection ends without an answer."""

    reset: bool = False

    def change(self, request: SeenRequest, answer: Answer) -> None:
        answer.status, answer.reset = 0, self.reset


EXPIRED = (
    b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
)
