"""Which addresses may be opened at all, and what a person must see before one is."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

ALLOWED_SCHEMES = frozenset({"http", "https", "mailto"})
LONGEST_URL = 2_048

BARE_URL = re.compile(r"https?://[^\s<>\"'`{}|\\^\[\]]{3,2000}", re.IGNORECASE)
_TRAILING = ".,;:!?*_~"
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """url: what would be opened. host: encoded (punycode) host or mail address.

    suspicious: the host is not plain ASCII, or hides behind a user name.
    """

    url: str
    host: str
    suspicious: bool


def may_open(url: str) -> bool:
    """True for http, https and mailto addresses of sane length without control characters."""
    return describe(url) is not None


def describe(url: str) -> LinkFacts | None:
    """What to show before opening `url`; None when it must not be opened."""
    scheme = _SCHEME.match(url)
    if len(url) > LONGEST_URL or _CONTROL.search(url) or scheme is None:
        return None
    if scheme[1].lower() not in ALLOWED_SCHEMES:
        return None
    if scheme[1].lower() == "mailto":
        address = url[scheme.end() :].partition("?")[0]
        return LinkFacts(url, address, not address.isascii()) if "@" in address else None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    encoded = _encoded(host or "")
    if not encoded or "\\" in parts.netloc:
        return None
    shown = encoded if port is None else f"{encoded}:{port}"
    suspicious = "@" in parts.netloc or "xn--" in encoded
    return LinkFacts(url, shown, suspicious)


def _encoded(host: str) -> str:
    """The host as the resolver will see it; empty when it cannot be encoded."""
    if host.isascii():
        return host
    try:
        return unicodedata.normalize("NFKC", host).encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def trimmed(url: str) -> str:
    """A bare URL without the punctuation of the sentence around it."""
    url = url.rstrip(_TRAILING)
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(_TRAILING)
    return url
