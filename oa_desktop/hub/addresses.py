"""Where a download may be sent on to, and who is shown the person's token. Pure; addresses are hostile.

A redirect may leave the hub for a host that serves the bytes, but not for less protection than the hub itself
has: from https only to https, never to this machine or its network, and never with the token.
"""

import ipaddress
import re
import socket
from urllib.parse import SplitResult, urljoin, urlsplit

from oa_desktop.gguf.errors import printable
from oa_desktop.hub.errors import HubError

MOST_REDIRECTS = 5
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
_NETLOC = re.compile(r"(\[[0-9A-Za-z:.%_-]+\]|[0-9A-Za-z._-]+)(:\d*)?\Z", re.ASCII)
"""Other signs are read one way here and another way by those who connect, so that another host is asked."""


def origin(address: str) -> tuple[str, str, int]:
    """Scheme, host and port. Raises HubError for what is no http(s) address."""
    parts = _split(address)
    return parts.scheme, parts.hostname or "", _port(parts)


def is_same_origin(address: str, other: str) -> bool:
    """Whether both are served by the same program; only then may one see what is meant for the other."""
    return origin(address) == origin(other)


def check_target(endpoint: str, target: str) -> None:
    """Whether bytes asked for at `endpoint` may come from `target`. Raises HubError, naming the reason."""
    parts = _split(target)
    if is_same_origin(endpoint, target):
        return
    home = _split(endpoint)
    if home.scheme == "https" and parts.scheme != "https":
        raise _refused(target, "it is not encrypted")
    if _is_near(parts) and not _is_near(home):
        raise _refused(target, "it is inside this network")
    if parts.scheme == "http" and not _is_near(parts):
        raise _refused(target, "it is not encrypted")


def onward(address: str, location: str) -> str:
    """Where a redirect at `address` leads. Raises HubError for what nobody can read."""
    try:
        return urljoin(address, location)
    except ValueError as exc:
        raise _refused(location, "it is no address") from exc


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        _port(parts)
    except ValueError as exc:
        raise _refused(address, "it is no address") from exc
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _refused(address, "it is no web address")
    if parts.username is not None or parts.password is not None:
        raise _refused(address, "it carries a name and a password")
    if not _NETLOC.match(parts.netloc):
        raise _refused(address, "its host is not written plainly")
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _is_near(parts: SplitResult) -> bool:
    """Whether this names this machine or its own network rather than the internet."""
    host = (parts.hostname or "").rstrip(".").lower()
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        try:
            address = ipaddress.ip_address(socket.inet_aton(host))  # such as 2130706433 for 127.0.0.1
        except (OSError, ValueError):
            return False
    return not all(one.is_global and not one.is_multicast for one in (address, *_inside(address)))


def _inside(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses that one of IPv6 leads to."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    translated = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if address in _TRANSLATED else None
    return [one for one in (*found, translated) if one is not None]


def _refused(address: str, why: str) -> HubError:
    return HubError(
        "redirect-refused",
        f"The hub sent the download on to an address that is not allowed: {why}.",
        detail=printable(address.partition("?")[0], 200),
        hint="Something between this machine and the hub may be tampering with the connection.",
    )
