"""One answer of the hub server, and how it goes onto the wire: in large blocks, or as badly as told."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

BLOCK_BYTES = 4 << 20
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_REASONS = {
    200: "OK", 206: "Partial Content", 302: "Found", 307: "Temporary Redirect", 400: "Bad Request",
    401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 416: "Range Not Satisfiable",
    429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip


@dataclass
class Answer:
    """What to send. content: all of it; start and count: the part that goes out, once `select_range` ran.

    The fields below `is_file` are the misbehaviour that faults put in.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | Path | None = None
    start: int = 0
    count: int = 0
    is_file: bool = False
    with_length: bool = True
    length_error: int = 0
    extra: bytes = b""
    endless: bool = False
    cut_after: int | None = None
    reset: bool = False
    stall: tuple[int, float] | None = None
    bytes_per_second: float | None = None
    flip_at: int | None = None
    wait_s: float = 0.0
    close: bool = False

    def __post_init__(self) -> None:
        self.count = self.total

    @property
    def total(self) -> int:
        """The size of all content."""
        if isinstance(self.content, Path):
            return self.content.stat().st_size
        return len(self.content or b"")

    def wanted(self, range_header: str | None) -> tuple[int, int] | None:
        """Start and count for a Range header; None when it cannot be satisfied."""
        total = self.total
        match = _RANGE.fullmatch(range_header or "")
        if not self.is_file or match is None or not any(match.groups()):
            return 0, total
        first, last = match.groups()
        if not first:
            count = min(int(last), total)
            return (total - count, count) if count else None
        start = int(first)
        if start >= total:
            return None
        end = min(int(last), total - 1) if last else total - 1
        return (start, end - start + 1) if end >= start else (0, total)

    def select_range(self, range_header: str | None, if_range: str | None) -> None:
        """Become a 206 or a 416 when the request asks for it and If-Range allows it."""
        if not self.is_file or self.status != 200 or range_header is None:
            return
        if if_range is not None and if_range != self.headers.get("ETag"):
            return
        total, wanted = self.total, self.wanted(range_header)
        if wanted is None:
            self.status, self.content, self.start, self.count = 416, b"", 0, 0
            self.headers["Content-Range"] = f"bytes */{total}"
        elif _RANGE.fullmatch(range_header):
            self.status = 206
            self.start, self.count = wanted
            self.headers["Content-Range"] = f"bytes {self.start}-{self.start + self.count - 1}/{total}"

    def head(self) -> bytes:
        """Status line and headers."""
        headers = dict(self.headers)
        if self.with_length and not self.endless:
            headers.setdefault("Content-Length", str(self.count + len(self.extra) + self.length_error))
        headers["Connection"] = "close" if self.ends_connection else "keep-alive"
        lines = [f"HTTP/1.1 {self.status} {_REASONS.get(self.status, 'Answer')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    @property
    def ends_connection(self) -> bool:
        """Whether the connection is closed behind this answer."""
        return (
            self.close
            or self.endless
            or not self.with_length
            or self.cut_after is not None
            or bool(self.length_error)
        )

    def pieces(self) -> Iterator[tuple[bytes | Path, int, int]]:
        """What to send, in order: source, offset, count. Large pieces unless a flipped byte splits them."""
        if self.content is not None and self.count:
            end = self.start + self.count
            flip = self.flip_at
            if flip is not None and self.start <= flip < end:
                yield self.content, self.start, flip - self.start
                yield bytes([_byte(self.content, flip) ^ 0x40]), 0, 1
                yield self.content, flip + 1, end - flip - 1
            else:
                yield self.content, self.start, self.count
        if self.extra:
            yield self.extra, 0, len(self.extra)
        while self.endless:
            yield _SPACES, 0, len(_SPACES)


_SPACES = b" " * (1 << 16)
Send = Callable[[bytes | Path, int, int], None]
Wait = Callable[[float], None]


def send_body(answer: Answer, send: Send, wait: Wait) -> None:
    """Put the body on the wire. wait: raises when the client is gone."""
    sent = 0
    stops = sorted(s for s in (answer.cut_after, answer.stall[0] if answer.stall else None) if s is not None)
    for source, offset, count in answer.pieces():
        position = 0
        while position < count:
            if answer.stall is not None and sent == answer.stall[0]:
                wait(answer.stall[1])
            if answer.cut_after is not None and sent >= answer.cut_after:
                return
            ahead = [stop - sent for stop in stops if stop > sent]
            block = min([BLOCK_BYTES, count - position, *ahead])
            if answer.bytes_per_second is not None:
                block = min(block, max(1, int(answer.bytes_per_second / 20)))
            send(source, offset + position, block)
            position += block
            sent += block
            if answer.bytes_per_second is not None:
                wait(block / answer.bytes_per_second)


def _byte(content: bytes | Path, at: int) -> int:
    if isinstance(content, bytes):
        return content[at]
    with content.open("rb") as file:
        file.seek(at)
        return file.read(1)[0]
