"""Server-sent events out of a byte stream, cut anywhere: in a character, between CR and LF, in a field."""

import codecs
from collections.abc import Iterator
from typing import Final

from oa_desktop.client.errors import ReplyUnreadable

LARGEST_EVENT_CHARS: Final = 4 * 1024 * 1024


class EventParser:
    """Feed it bytes; it gives back the data of each complete event. Comments and other fields are skipped.

    Source: https://html.spec.whatwg.org/multipage/server-sent-events.html, section 9.2.6, except that an
    event the stream ends in is given back as well when its last line is complete.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._line = ""
        self._after_cr = False
        self._data: list[str] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[str]:
        """The data of the events that this chunk completes. Raises: ReplyUnreadable for an endless event."""
        yield from self._take(self._decoder.decode(chunk))

    def finish(self) -> Iterator[str]:
        """The data of the event that was open when the stream ended, if there is one."""
        yield from self._take(self._decoder.decode(b"", final=True))
        if self._data:
            yield self._dispatch()

    def _take(self, text: str) -> Iterator[str]:
        if self._after_cr and text:
            self._after_cr = False
            text = text.removeprefix("\n")
        if text.endswith("\r"):
            self._after_cr = True
        *lines, self._line = (self._line + text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
        self._check_size(len(self._line))
        for line in lines:
            if line:
                self._field(line)
            elif self._data:
                yield self._dispatch()

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        if name == "data":
            self._data.append(value.removeprefix(" "))
            self._size += len(value) + 1
            self._check_size(self._size)

    def _dispatch(self) -> str:
        data = "\n".join(self._data)
        self._data = []
        self._size = 0
        return data

    def _check_size(self, size: int) -> None:
        if size > LARGEST_EVENT_CHARS:
            raise ReplyUnreadable("reply-unreadable", "The engine sent more at once than a reply can be.")
