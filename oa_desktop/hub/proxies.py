"""The proxy that the environment or the system names for an address. No network."""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass


def proxy_for(address: str) -> str:
    """Its address, with a scheme; empty when there is none, or none for this host."""
    parts, proxies = urlsplit(address), getproxies()
    proxy = _with_scheme(proxies.get(parts.scheme) or proxies.get("all") or "")
    return "" if proxy and proxy_bypass(parts.hostname or "") else proxy


def _with_scheme(proxy: str) -> str:
    """As everybody understands it: HOST:PORT alone is an HTTP proxy."""
    scheme, separator, rest = proxy.rpartition("://")
    return f"{scheme.lower() if separator else 'http'}://{rest}" if rest else ""
