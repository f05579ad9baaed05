"""Whether a model on the hub fits this machine, by its own header instead of the whole file."""

import threading

from oa_desktop.hub.api import Hub
from oa_desktop.hub.remote_header import read_remote_header
from oa_desktop.hub.repos import FileLocation
from oa_desktop.services.fit.estimate import estimate_headers
from oa_desktop.services.fit.report import FitReport, Machine
from oa_desktop.settings import Settings


def fit_on_hub(
    hub: Hub,
    location: FileLocation,
    machine: Machine,
    settings: Settings,
    *,
    size_bytes: int | None = None,
    stop: threading.Event | None = None,
) -> FitReport:
    """Judge the file at `location`, the first part of a split set. Blocks.

    size_bytes: of all parts. stop: give up when it is set. Raises: HubError, DownloadCancelled; NotAModel or
    ModelUnsupported when it is no model for this engine.
    """
    header = read_remote_header(hub, location, stop=stop)
    return estimate_headers([header], machine, settings, size_bytes=size_bytes or 0)
