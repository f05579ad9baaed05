"""Read the header of a model file on the hub, without fetching the file."""

import threading

from oa_desktop.gguf.header import GgufHeader
from oa_desktop.hub.api import Hub
from oa_desktop.hub.repos import FileLocation


def read_remote_header(
    hub: Hub, location: FileLocation, *, stop: threading.Event | None = None
) -> GgufHeader:
    """The header of the file at `location`, by Range requests of at most 32 MiB together.

    Blocks. stop: give up when it is set. Raises: HubError; DownloadCancelled; ModelError as `read_header`.
    """
    raise NotImplementedError
