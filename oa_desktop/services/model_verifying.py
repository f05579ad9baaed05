"""Whether the bytes of a model are those that were published, or at least those of the last time."""

from collections.abc import Callable
from dataclasses import dataclass

from oa_desktop.errors import ModelError
from oa_desktop.services.model_source import HubSource

Cancelled = Callable[[], bool]
"""Looked at between pieces of work."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying found, in one sentence. sha256: of every part, in lower-case hex.

    published: compared with what the hub published, rather than with what was noted here.
    repair: where the model can be downloaded again from when it is not `ok`; None when nobody knows.
    """

    ok: bool
    sentence: str
    sha256: tuple[str, ...]
    published: bool = False
    repair: HubSource | None = None


class VerifyCancelled(ModelError):
    """The person cancelled; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("cancelled", "Cancelled; nothing was changed.")
