"""What goes wrong between this machine and the hub, each as one sentence with what can be done."""

from oa_desktop.errors import OaError


class HubError(OaError):
    """The hub cannot be reached, refuses, or sends something that cannot be used."""


class HubUnreachable(HubError):
    """No answer: no network, no such host, a proxy that refuses, TLS that fails. Worth another try."""


class HubBusy(HubError):
    """The hub asks to come back later (408, 429, 5xx). wait_s: how long it said, None when it did not."""

    def __init__(
        self, code: str, title: str, *, detail: str = "", hint: str = "", wait_s: float | None = None
    ) -> None:
        super().__init__(code, title, detail=detail, hint=hint)
        self.wait_s = wait_s


class HubOffline(HubError):
    """The app was told to stay off the network."""


class NotFoundOnHub(HubError):
    """The repository, the revision or the file is not there, or is hidden from this person."""


class GatedRepo(HubError):
    """The owners want a login, and their terms accepted, before they give the files out."""


class DownloadDamaged(HubError):
    """What came is not what the hub announced, again after a clean second try."""


class DownloadStopped(HubError):
    """The download cannot go on for a reason on this machine: no space left, or no permission."""


class DownloadCancelled(Exception):
    """Not trouble: a person cancelled or paused."""


LASTING = (DownloadDamaged, GatedRepo, NotFoundOnHub)
"""Trouble that neither waiting nor going on mends."""
