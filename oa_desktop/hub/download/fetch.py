"""Download one file: ask where it is, receive it with patience, check it, and only then give it its name."""

import logging
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from oa_desktop.gguf.errors import ModelDamaged, ModelIncomplete, NotAModel
from oa_desktop.gguf.header import parse_header
from oa_desktop.gguf.sniff import kind_of_bytes
from oa_desktop.hub.download import sentences
from oa_desktop.hub.download.alone import Alone
from oa_desktop.hub.download.already_there import is_there
from oa_desktop.hub.download.answers import AddressExpired, NotTheseBytes, WebPage, WrongSize
from oa_desktop.hub.download.connection import Body, Connections
from oa_desktop.hub.download.following_hash import FollowingHash
from oa_desktop.hub.download.lanes import Lanes
from oa_desktop.hub.download.locating import Locator
from oa_desktop.hub.download.pace import Pace
from oa_desktop.hub.download.part_file import PartFile
from oa_desktop.hub.download.patience import Backoff, patiently, wait_and_count_down
from oa_desktop.hub.download.progress import Control, Phase, Progress
from oa_desktop.hub.download.tuning import Tuning
from oa_desktop.hub.errors import DownloadCancelled, DownloadDamaged, HubBusy, HubUnreachable
from oa_desktop.hub.repos import FileLocation

_log = logging.getLogger(__name__)

_POLL_S = 0.2
_CLEAN_TRIES = 2
"""How often a file may come wrong before the hub is believed to have it so."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file whose identity is known: repo, path and commit name it, hash and size say what it is.

    further_bytes: of files that are to come after it, for which there must be space as well.
    """

    location: FileLocation
    target: Path
    further_bytes: int = 0


def fetch(hub: Locator, wanted: Wanted, folder: Path, control: Control, tuning: Tuning | None = None) -> Path:
    """The file at `wanted.target`, whole and checked. Blocks for as long as it takes.

    folder: for the part file, on the same disk as the target. Two programs may ask for one file at once: the
    second waits and finds it. A part of an earlier attempt is continued.
    Raises: DownloadCancelled when told to stop; DownloadDamaged, NotFoundOnHub and GatedRepo for what trying
    again will not mend; other HubError, with what came kept, for what it may.
    """
    tuning = tuning or Tuning()
    location = wanted.location
    try:
        with Alone(folder / f"{location.sha256}.lock", control, Phase.JOINING):
            if is_there(wanted.target, location.sha256 or "", location.size_bytes or 0, control):
                return wanted.target
            return _Fetch(hub, wanted, folder, control, tuning).run()
    except OSError as exc:
        raise sentences.on_this_machine(exc) from exc


class _PageInPart(WebPage):
    """The page was taken for the file: what is there is worthless."""


class _Fetch:
    """One file while it is being downloaded."""

    def __init__(self, hub: Locator, wanted: Wanted, folder: Path, control: Control, tuning: Tuning) -> None:
        self._hub = hub
        self._wanted = wanted
        self._location = wanted.location
        self._control = control
        self._tuning = tuning
        self._size = wanted.location.size_bytes or 0
        self._sha256 = wanted.location.sha256 or ""
        self._part = PartFile(folder, self._sha256, self._size)
        self._hash = FollowingHash(self._part, self._check_start)
        self._pace = Pace(control.limit)
        self._connections = Connections(hub.endpoint, tuning)
        self._wrong = 0
        self._fresh_addresses = 0
        self._restarts = 0

    def run(self) -> Path:
        try:
            self._require_space()
            while True:
                self._receive()
                if self._is_right():
                    break
                self._begin_again("came with other content than the hub announced")
            self._check_header()
            self._part.place(self._wanted.target)
            return self._wanted.target
        except (DownloadDamaged, _PageInPart) as bad:
            self._hash.stop()
            self._part.discard()
            if isinstance(bad, _PageInPart):
                raise sentences.web_page() from None
            raise
        finally:
            self._hash.stop()
            self._part.close()
            self._connections.close()

    def _receive(self) -> None:
        """Until all bytes are on disk. Raises DownloadCancelled, HubError, OSError."""
        backoff = Backoff(self._tuning)
        while not self._part.ranges.is_whole():
            before = self._pace.total_bytes
            try:
                self._attempt()
            except (HubBusy, HubUnreachable) as trouble:
                wait_and_count_down(
                    trouble, backoff, self._control, self._progress, self._came_on_since(before)
                )
            except AddressExpired as expired:
                self._ask_again(expired, progressed=self._came_on_since(before))
            except NotTheseBytes as other:
                _log.info("%s: beginning again, because %s", self._location.path, other)
                if other.ignored:
                    self._from_the_start()
                else:
                    self._begin_again(f"kept changing: {other}")
            except WrongSize as wrong:
                self._begin_again(f"has another size than the hub announced: {wrong}")
            except _PageInPart:
                raise
            except WebPage:
                raise sentences.web_page() from None
            self._raise_if_stopped()

    def _came_on_since(self, total_bytes: int) -> bool:
        """Whether more came than a connection brings that is given up as stalled."""
        least = min(self._size, self._tuning.slowest_bytes_per_s * self._tuning.stall_s)
        return self._pace.total_bytes - total_bytes >= least

    def _attempt(self) -> None:
        location = self._location

        def open_body(start: int, end: int, ending: threading.Event) -> Body:
            headers, source = self._hub.download_headers, self._part.source
            return self._connections.open(location.url, headers, start, end, self._size, source, ending)

        lanes = Lanes(
            self._part,
            open_body,
            self._hash.show,
            self._pace,
            self._tuning,
            self._control.stop,
            self._look,
        )
        lanes.run()

    def _look(self) -> None:
        """Tell how far it is; notice what forbids to go on: what the hash found, or to be offline."""
        self._hub.require_online()
        self._report(Phase.RECEIVING)
        failure = self._hash.failure()
        if failure is not None:
            raise failure

    def _is_right(self) -> bool:
        while not self._hash.is_finished:
            self._raise_if_stopped()
            self._report(Phase.CHECKING)
            self._hash.wait(_POLL_S)
        return self._hash.hexdigest() == self._sha256

    def _check_header(self) -> None:
        """The hash says it is what the hub has; this says it is something llama.cpp can be given."""
        self._part.require_untouched()
        name = Path(PurePosixPath(self._location.path).name or "model.gguf")
        try:
            with self._part.reader() as file:
                parse_header(file, name, self._size)
        except (NotAModel, ModelDamaged, ModelIncomplete) as problem:
            raise sentences.damaged_on_hub(self._location.path, problem) from problem

    def _check_start(self, start: bytes) -> None:
        """Told the first bytes of the file, by the hash."""
        if kind_of_bytes(start, Path(self._location.path)).is_answer:
            raise _PageInPart

    def _begin_again(self, what: str) -> None:
        self._wrong += 1
        if self._wrong >= _CLEAN_TRIES:
            raise sentences.came_wrong(self._location, what)
        self._forget()

    def _from_the_start(self) -> None:
        """The server has only the whole file to give."""
        self._restarts += 1
        if self._restarts > self._tuning.attempts:
            raise sentences.no_ranges(self._location.path)
        self._forget()

    def _forget(self) -> None:
        self._hash.stop()
        self._part.forget()
        self._hash = FollowingHash(self._part, self._check_start)

    def _ask_again(self, expired: AddressExpired, *, progressed: bool) -> None:
        """The address does not hold any more: ask the hub for a fresh one."""
        self._fresh_addresses = 1 if progressed else self._fresh_addresses + 1
        if self._fresh_addresses > _CLEAN_TRIES:
            raise sentences.refused(expired.status, self._location.path)
        fresh = patiently(self._located_again, Backoff(self._tuning), self._control, self._progress)
        if fresh.sha256 != self._sha256 or fresh.size_bytes != self._size:
            raise sentences.replaced(self._location.path)
        self._location = fresh

    def _located_again(self) -> FileLocation:
        return self._hub.locate(self._location.repo, self._location.path, self._location.commit)

    def _require_space(self) -> None:
        missing = self._size - self._part.ranges.done_bytes() + self._wanted.further_bytes
        free = shutil.disk_usage(self._part.path.parent).free
        if free < missing + self._tuning.spare_bytes:
            raise sentences.no_space(self._location.path, missing, free)

    def _raise_if_stopped(self) -> None:
        if self._control.stop.is_set():
            raise DownloadCancelled

    def _progress(self, phase: Phase) -> Progress:
        return Progress(
            phase,
            done_bytes=self._part.ranges.done_bytes(),
            total_bytes=self._size,
            bytes_per_second=self._pace.bytes_per_second(),
            checked_bytes=self._hash.position,
        )

    def _report(self, phase: Phase) -> None:
        self._control.report(self._progress(phase))
