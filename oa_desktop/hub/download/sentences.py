"""The sentences of a download that ends without its file."""

import errno

from oa_desktop.errors import OaError
from oa_desktop.gguf.errors import decimal_size, printable
from oa_desktop.hub.errors import DownloadDamaged, DownloadStopped, HubError, HubUnreachable, NotFoundOnHub
from oa_desktop.hub.repos import FileLocation

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def refused(status: int, path: str) -> HubError:
    """The hub names addresses for the file, and none of them gives it out."""
    if status in (404, 410):
        return NotFoundOnHub(
            "hub-file-gone",
            f"{printable(path)} is no longer on the hub.",
            hint="Choose another file.",
        )
    return HubError(
        "hub-refused",
        f"The hub does not give {printable(path)} out (status {status}).",
        hint="It may need a login; try again later.",
    )


def cut_short() -> HubUnreachable:
    """The body ended too soon."""
    return HubUnreachable(
        "hub-cut", "The connection broke off before the file was whole.", hint="Check the network."
    )


def stalled() -> HubUnreachable:
    """Next to nothing came for a while, or nothing."""
    return HubUnreachable("hub-stalled", "Hardly anything comes any more.", hint="Check the network.")


def no_ranges(path: str) -> HubUnreachable:
    """The server begins at the start each time, and the connection does not last until the end."""
    return HubUnreachable(
        "hub-no-ranges",
        f"The connection kept breaking off, and the server sends {printable(path)} only from its start.",
        hint="Try again with a better connection.",
    )


def web_page() -> HubError:
    """A page for people came, as from the login of a hotel's network."""
    return HubError(
        "hub-web-page",
        "A web page came instead of the file.",
        hint="This network may want a login first: open a page in the browser, then try again.",
    )


def on_this_machine(exc: OSError) -> DownloadStopped:
    """What the system said when the download was to be written."""
    if exc.errno in _FULL:
        return disk_full(str(exc))
    return DownloadStopped(
        "download-not-writable",
        "The download cannot be written.",
        detail=str(exc),
        hint="Check the permissions of the folder for models and its disk.",
    )


def disk_full(detail: str) -> DownloadStopped:
    """Told when nothing more can be written; what is there stays."""
    return DownloadStopped(
        "disk-full",
        "The disk is full; the download waits.",
        detail=detail,
        hint="Free some space, and let it go on.",
    )


def no_space(path: str, missing_bytes: int, free_bytes: int) -> DownloadStopped:
    """Told before the first byte."""
    return DownloadStopped(
        "disk-full",
        f"{printable(path)} needs {decimal_size(missing_bytes)} and some room to spare; "
        f"the disk has {decimal_size(free_bytes)} free.",
        hint="Free some space, or choose a smaller file.",
    )


def came_wrong(location: FileLocation, what: str) -> DownloadDamaged:
    """Twice the file was not what the hub had announced."""
    return DownloadDamaged(
        "download-damaged",
        f"The hub sent damaged data: {printable(location.path)} {what}.",
        detail=f"{location.repo} {location.commit}",
        hint="Try again later, or choose another file.",
    )


def damaged_on_hub(path: str, problem: OaError) -> DownloadDamaged:
    """It is what the hub has, and that is no sound model."""
    return DownloadDamaged(
        "hub-file-damaged",
        f"{printable(path)} is damaged on the hub itself and was not kept.",
        detail=problem.title,
        hint="Choose another file.",
    )


def replaced(path: str) -> DownloadDamaged:
    """The commit that was named has another file now, which should not be."""
    return DownloadDamaged(
        "hub-file-changed",
        f"{printable(path)} was replaced on the hub while it was downloaded.",
        hint="Start the download again to get the new file.",
    )
