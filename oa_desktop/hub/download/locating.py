"""What a file on the hub is, before it is downloaded: asked with patience, not believed without a hash."""

import re
from collections.abc import Mapping
from typing import Protocol

from oa_desktop.gguf.errors import printable
from oa_desktop.hub.download.patience import Backoff, patiently
from oa_desktop.hub.download.progress import Control
from oa_desktop.hub.download.tuning import Tuning
from oa_desktop.hub.errors import HubError
from oa_desktop.hub.repos import FileLocation

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_MOST_BYTES = 1 << 44


class Locator(Protocol):
    """The part of the hub's client a download needs."""

    endpoint: str

    def locate(self, repo_id: str, path: str, revision: str) -> FileLocation:
        """Raises HubError."""
        ...

    def require_online(self) -> None:
        """Raises HubOffline."""
        ...

    def download_headers(self, url: str) -> Mapping[str, str]:
        """What may be sent to this address."""
        ...


def locate(
    hub: Locator, repo: str, path: str, revision: str, control: Control, tuning: Tuning
) -> FileLocation:
    """Ask the hub what the file is, again and again while it is only busy or out of reach.

    Raises: HubError, DownloadCancelled.
    """
    location = patiently(lambda: hub.locate(repo, path, revision), Backoff(tuning), control)
    if not _SHA256.match(location.sha256 or ""):
        raise HubError(
            "hub-no-hash",
            f"The hub does not say what {printable(path)} should contain, so it could not be checked.",
            hint="Choose a file that is stored there as a large file.",
        )
    if location.size_bytes is None or not 0 < location.size_bytes < _MOST_BYTES:
        raise HubError("hub-answer", f"The hub does not say how long {printable(path)} is.")
    return location
