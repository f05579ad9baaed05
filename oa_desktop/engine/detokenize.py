"""Tokens to text while they arrive, never splitting a character."""

import codecs


class Detokenizer:
    """Joins the UTF-8 pieces of one reply.

    Bytes that may still become a character are kept back; U+FFFD stands only for bytes that cannot.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def feed(self, piece: bytes) -> str:
        """The characters that are complete now; may be empty."""
        return self._decoder.decode(piece)

    def flush(self) -> str:
        """U+FFFD when the reply ended inside a character."""
        return self._decoder.decode(b"", final=True)
