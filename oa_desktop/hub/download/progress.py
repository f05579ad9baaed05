"""What a download tells while it runs, and how it is told to stop."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from oa_desktop.errors import OaError


class Phase(StrEnum):
    """What a download is doing."""

    ASKING = "asking"
    """the hub, what the file is and where its bytes are."""
    ELSEWHERE = "elsewhere"
    """Another program of this person downloads the same model; it is joined when that is there."""
    JOINING = "joining"
    """Another download brings the same file; it is taken when it is there."""
    RECEIVING = "receiving"
    RETRYING = "retrying"
    CHECKING = "checking"


@dataclass(frozen=True, slots=True)
class Progress:
    """checked_bytes: how much of the file was hashed. retry_in_s, problem: while the phase is RETRYING."""

    phase: Phase
    done_bytes: int = 0
    total_bytes: int = 0
    bytes_per_second: float = 0.0
    checked_bytes: int = 0
    retry_in_s: float = 0.0
    problem: OaError | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """What others do to a download. stop: end it, and keep what is there. limit: bytes per second, or 0."""

    stop: threading.Event = field(default_factory=threading.Event)
    limit: Callable[[], int] = lambda: 0
    report: Callable[[Progress], None] = lambda _: None
