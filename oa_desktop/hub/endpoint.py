"""Which hub is asked, and whether any may be: what `HF_ENDPOINT` and `HF_HUB_OFFLINE` say. No network."""

import ipaddress
import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from oa_desktop.gguf.errors import printable
from oa_desktop.hub.errors import HubError

DEFAULT_ENDPOINT = "https://huggingface.co"
ENDPOINT_VARIABLE = "HF_ENDPOINT"
OFFLINE_VARIABLES = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
_TRUE = ("1", "on", "yes", "true")
_ADDRESS = re.compile(r"https?://[!-~]+", re.IGNORECASE)


def endpoint_of(environment: Mapping[str, str] | None = None) -> str:
    """The address of the hub, without a slash at its end.

    environment: the process environment unless a test gives another. Raises HubError.
    """
    given = (os.environ if environment is None else environment).get(ENDPOINT_VARIABLE, "").strip()
    return checked_endpoint(given or DEFAULT_ENDPOINT)


def checked_endpoint(address: str) -> str:
    """`address` as the others expect it. Raises HubError when it is no plain web address."""
    address = address.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    else:
        usable = usable and parts.username is None and not parts.query and not parts.fragment
    if not usable or not _ADDRESS.fullmatch(address):
        raise HubError(
            "endpoint-invalid",
            "The address of the hub is not a web address.",
            detail=printable(address.rpartition("@")[2], 200),
            hint=f"Correct {ENDPOINT_VARIABLE}, or remove it to use {DEFAULT_ENDPOINT}.",
        )
    return address


def host_of(endpoint: str) -> str:
    """The name of the hub as a sentence shows it, with the port when it is an unusual one."""
    return printable(urlsplit(endpoint).netloc, 80)


def may_carry_token(endpoint: str) -> bool:
    """Whether a token may be sent there: encrypted, or within this machine."""
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    try:
        return parts.scheme == "https" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def offline_variable(environment: Mapping[str, str] | None = None) -> str:
    """The variable that keeps the app off the network; empty when there is none."""
    values = os.environ if environment is None else environment
    return next((name for name in OFFLINE_VARIABLES if values.get(name, "").strip().lower() in _TRUE), "")
