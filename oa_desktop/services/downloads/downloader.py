"""From a name on the hub to a model in the library: every file of it fetched, checked and given its place."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from oa_desktop.gguf.errors import printable
from oa_desktop.hub.download.alone import Alone
from oa_desktop.hub.download.fetch import Wanted, fetch
from oa_desktop.hub.download.locating import Locator, locate
from oa_desktop.hub.download.part_note import came_bytes
from oa_desktop.hub.download.progress import Control, Phase, Progress
from oa_desktop.hub.download.sentences import on_this_machine
from oa_desktop.hub.download.tuning import Tuning
from oa_desktop.hub.errors import DownloadDamaged
from oa_desktop.hub.repos import FileLocation
from oa_desktop.services.downloads.job import DownloadJob, NewerJob
from oa_desktop.services.downloads.jobs import JobFolder
from oa_desktop.services.downloads.sentences import not_removed, unusable_folder
from oa_desktop.services.library.model_copy import safe_stem
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.services.library.model_source import HubSource
from oa_desktop.services.library.models import ModelLibrary

_PART = re.compile(r"-(\d{5})-of-(\d{5})\.gguf\Z", re.IGNORECASE)
_MARK_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Received:
    """What a download ended with. was_there: nothing had to be downloaded."""

    model: ModelFile
    was_there: bool


class ModelDownloader:
    """Downloads into the library's folder. Methods block; call them on a thread that may."""

    def __init__(
        self, hub: Locator, library: ModelLibrary, models: Path, tuning: Tuning | None = None
    ) -> None:
        self._hub = hub
        self._library = library
        self._models = models
        self._tuning = tuning or Tuning()
        self.jobs = JobFolder(models)

    def download(self, job: DownloadJob, control: Control) -> Received:
        """The model of `job`, which is on disk as long as this is not done.

        A model with the same bytes that is in the library already is returned as it is. Waits while another
        process is at it.
        Raises: HubError, StorageError, DownloadCancelled; all that came is kept for another time.
        """
        self._require_folder()
        try:
            with Alone(self.jobs.lock_of(job.key), control, Phase.ELSEWHERE):
                return self._downloaded(job, control)
        except OSError as exc:
            raise on_this_machine(exc) from exc

    def _downloaded(self, job: DownloadJob, control: Control) -> Received:
        earlier = self.jobs.noted(job)
        self.jobs.save(job)
        job, locations = self._located(job, control)
        if earlier is not None:  # of another commit, perhaps with other files
            self.jobs.give_up(earlier.sha256)
        known = self._library.with_hashes(job.sha256)
        if known is not None and known.problem is None:
            self.jobs.forget(job)
            return Received(known, was_there=True)
        targets = self.targets(job)
        total = sum(location.size_bytes or 0 for location in locations)
        before = 0
        for number, (location, target) in enumerate(zip(locations, targets, strict=True), 1):
            sharing = replace(control, report=_Shifted(control, before, total))
            to_come = zip(locations[number:], targets[number:], strict=True)
            further_bytes = sum(one.size_bytes or 0 for one, file in to_come if not file.exists())
            fetch(self._hub, Wanted(location, target, further_bytes), self.jobs.folder, sharing, self._tuning)
            before += location.size_bytes or 0
        model = self._library.add_downloaded(
            targets, HubSource(job.repo, job.revision, job.paths, job.sha256, job.title)
        )
        self.jobs.forget(job)
        return Received(model, was_there=False)

    def discard(self, job: DownloadJob | NewerJob) -> None:
        """Leave nothing of a download that is not done; the caller has ended it.

        What became a model meanwhile, through another program or repository, stays.
        Raises: DownloadStopped when another process is at it, and nothing changes; StorageError.
        """
        try:
            self.jobs.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self.jobs.alone(job.key):
                if isinstance(job, DownloadJob):
                    job = self.jobs.noted(job) or job
                    self._remove_unlisted(job)
                self.jobs.discard(job)
        except OSError as exc:
            raise not_removed(exc) from exc

    def came_bytes(self, job: DownloadJob) -> int:
        """How much of it is on disk, to be shown while nobody downloads it."""
        done = 0
        for target, sha256 in zip(self.targets(job) if job.sha256 else (), job.sha256, strict=True):
            try:
                done += target.stat().st_size
            except OSError:
                done += came_bytes(self.jobs.folder, sha256)
        return done

    def _remove_unlisted(self, job: DownloadJob) -> None:
        """Of a split model some parts may be whole. Names that differ by case may be one file."""
        listed = {str(file).casefold() for file in self._library.listed_files()}
        wanted = {sha256 for other in self.jobs.load() if other.key != job.key for sha256 in other.sha256}
        for target, sha256 in zip(self.targets(job) if job.sha256 else (), job.sha256, strict=True):
            if str(target).casefold() not in listed and sha256 not in wanted:
                target.unlink(missing_ok=True)

    def _located(self, job: DownloadJob, control: Control) -> tuple[DownloadJob, Sequence[FileLocation]]:
        """Where its files are, all at one commit, which the job remembers from now on."""
        locations: list[FileLocation] = []
        revision = job.revision
        for path in job.paths:
            locations.append(locate(self._hub, job.repo, path, revision, control, self._tuning))
            revision = locations[0].commit
        hashes = tuple(location.sha256 or "" for location in locations)
        promised = job.sha256 or job.pinned_sha256
        if promised and promised != hashes:
            raise DownloadDamaged(
                "hub-file-changed",
                f"{printable(job.paths[0])} on the hub is not the file it should be at this commit.",
                detail=f"{job.repo} {revision}: {', '.join(hashes)} instead of {', '.join(promised)}",
                hint="Start the download anew to get what is there now.",
            )
        located = replace(job, revision=revision, sha256=hashes)
        self.jobs.save(located)
        return located, locations

    def targets(self, job: DownloadJob) -> tuple[Path, ...]:
        """Names of our own making: what the file is called, and a mark of what is in it.

        So two files of one name lie side by side, also where names do not distinguish case, and llama.cpp
        finds the parts of a split model by their numbers.
        """
        hashes = job.sha256
        whole = hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
        mark = whole[:_MARK_DIGITS]
        first = job.paths[0].replace("\\", "/").rsplit("/", 1)[-1]
        if len(job.paths) == 1:
            return (self._models / f"{safe_stem(first)}-{mark}.gguf",)
        stem = safe_stem(_PART.sub("", first))
        count = len(job.paths)
        return tuple(self._models / f"{stem}-{mark}-{n:05}-of-{count:05}.gguf" for n in range(1, count + 1))

    def _require_folder(self) -> None:
        """Raises DownloadStopped when models cannot be kept."""
        try:
            self.jobs.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            real = self._models.resolve(strict=True)
            inside = self.jobs.folder.resolve(strict=True).is_relative_to(real)
        except (OSError, RuntimeError) as exc:  # RuntimeError: a loop of links, before Python 3.13
            raise unusable_folder(self._models, str(exc)) from exc
        if not inside or real == Path(real.anchor):
            raise unusable_folder(self._models, f"it leads to {real}")


class _Shifted:
    """Reports of one file as those of the whole model."""

    def __init__(self, control: Control, before: int, total: int) -> None:
        self._report = control.report
        self._before = before
        self._total = total

    def __call__(self, progress: Progress) -> None:
        self._report(
            replace(
                progress,
                done_bytes=self._before + progress.done_bytes,
                total_bytes=self._total,
                checked_bytes=self._before + progress.checked_bytes,
            )
        )
