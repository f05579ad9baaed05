"""Where an engine is and what it runs: all a client needs to talk to it."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from oa_desktop.client.errors import EngineAddressInvalid

_API_PATH: Final = "/v1"


@dataclass(frozen=True, slots=True)
class EngineDevice:
    """Where an engine computes, and how; what it does not say is empty or 0.

    kind: cpu, cuda, metal, vulkan, rocm or another name.   name: the device's own, e.g. “NVIDIA RTX 4090”.
    offloaded_layers: of `layers`, those that are not on the processor.   kv_type: f16 or q8_0.
    """

    kind: str = ""
    name: str = ""
    layers: int = 0
    offloaded_layers: int = 0
    threads: int = 0
    kv_type: str = ""
    flash_attention: bool = False


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """What an engine says about its model. Numbers are 0 where a remote server does not say.

    max_replies: how many replies one request may ask for.
    device: None when the engine does not say where it computes.
    notices: sentences a person should see, e.g. that the model's own template was refused.
    truncates: it leaves out the oldest turns itself when it is asked to.
    continues: it goes on with a last message of the assistant when it is asked to; others begin a new one.
    """

    name: str
    context_tokens: int = 0
    max_replies: int = 1
    prompt_format: str = ""
    description: str = ""
    architecture: str = ""
    parameters: int = 0
    size_bytes: int = 0
    train_context_tokens: int = 0
    notices: tuple[str, ...] = ()
    device: EngineDevice | None = None
    truncates: bool = False
    continues: bool = False


@dataclass(frozen=True, slots=True)
class EngineHandle:
    """One engine. base_url ends in the API's path, usually `/v1`; token is its key, empty for none.

    model: None for a remote engine that was not asked yet.
    """

    base_url: str
    token: str = field(repr=False)
    model: ModelDescription | None = None

    @property
    def is_local(self) -> bool:
        """Whether the address is this computer's own."""
        host = urlsplit(self.base_url).hostname or ""
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


def remote_engine(address: str, key: str = "") -> EngineHandle:
    """The handle of a server somebody else runs. Raises: EngineAddressInvalid."""
    text = address.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username or parts.password:
        raise EngineAddressInvalid(
            "engine-address-invalid",
            "This is not the address of an engine.",
            detail=address[:200],
            hint="It looks like https://example.org/v1, without a key in it.",
        )
    if not key.isascii() or any(char.isspace() for char in key):
        title = "This is not a key: it has spaces or special characters."
        raise EngineAddressInvalid("engine-key-invalid", title)
    return EngineHandle(text if parts.path else text + _API_PATH, key)
