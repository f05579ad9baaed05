"""Which branch of the memory to save next, and how it becomes a file."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import Final

from oa_desktop.engine.backend import Backend, StateError
from oa_desktop.engine.resume.folder import Draft, FolderGone, StateFolder
from oa_desktop.engine.resume.index import Found, SegmentIndex
from oa_desktop.engine.resume.restoring import WORTH_TOKENS
from oa_desktop.engine.resume.seal import Label, StateRefused
from oa_desktop.engine.resume.segment import Segment, branch_name
from oa_desktop.engine.tree import PrefixTree

SEGMENT_BYTES: Final = 16 << 20
"""About the most of one file: while it is written or restored others wait, for hundredths of a second."""
_FIRST_TOKENS: Final = 256
_MOST_TOKENS: Final = 1024
"""Of a file; the first one shows how many bytes a token takes. A short rest is taken along."""
_OLDER_NS: Final = 1_000_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """Save what `label` says out of a kept sequence."""

    sequence: int
    label: Label
    used_ns: int


class Saver:
    """Writes one segment at a time: the backend's part on this thread, digest and disk on another.

    scratch: a sequence of the backend that the tree does not know.
    """

    def __init__(
        self, backend: Backend, tree: PrefixTree, folder: StateFolder, index: SegmentIndex, scratch: int
    ) -> None:
        self._backend = backend
        self._tree = tree
        self._folder = folder
        self._index = index
        self._scratch = scratch
        self._finisher = ThreadPoolExecutor(1, thread_name_prefix="saved-states")
        self._finishing: Future[Segment] | None = None
        self._skipped: set[str] = set()
        self._token_bytes = 0.0
        self._failed = False
        self._ended = False

    def save_next(self) -> bool:
        """Go one step on. False when there is nothing to save."""
        if self._finishing is not None:
            self._finish()
            return True
        task = self._next_task()
        if task is None:
            return False
        draft = self._write(task)
        if draft is not None:
            self._finishing = self._finisher.submit(draft.commit, task.used_ns, flush=True)
        return True

    def save_all(self, within_s: float) -> None:
        """Save what there is time for. Nothing is flushed: the end of a process takes nothing away."""
        deadline_s = time.monotonic() + within_s
        if self._finishing is not None:
            self._finish(within_s)
        longest_s = 0.0
        while deadline_s - time.monotonic() > longest_s:
            started_s = time.monotonic()
            task = self._next_task()
            if task is None:
                break
            draft = self._write(task)
            if draft is not None:
                self._complete(partial(draft.commit, task.used_ns, flush=False))
            longest_s = max(longest_s, time.monotonic() - started_s)
        self._finisher.shutdown(wait=False)

    def _next_task(self) -> Task | None:
        """The most recently used branch first."""
        if self._ended or not self._is_there():
            return None
        used_ns = time.time_ns()
        for sequence in reversed(self._tree.kept):
            tokens = self._tree.tokens(sequence)
            found = self._index.find(tokens)
            if found.segment is not None:
                used_ns = min(used_ns, found.segment.used_ns - _OLDER_NS)
            if len(tokens) - found.length < WORTH_TOKENS:
                continue
            task = self._task(sequence, tokens, found, used_ns)
            if task.label.name in self._skipped:
                continue
            if self._folder.has_room(round(self._token_bytes * len(task.label.tokens)), used_ns):
                return task
            self._skipped.add(task.label.name)
        return None

    def _is_there(self) -> bool:
        try:
            self._folder.require()
        except FolderGone as error:
            self._note(error)
        return not self._ended

    def _task(self, sequence: int, tokens: list[int], found: Found, used_ns: int) -> Task:
        if self._tree.can_rewind:
            return Task(sequence, self._label(tokens, found), used_ns)
        sequence, tokens = self._early(sequence, tokens)
        return Task(sequence, Label(branch_name(tokens), 0, tuple(tokens), None), used_ns)

    def _early(self, sequence: int, tokens: list[int]) -> tuple[int, list[int]]:
        """Of whole branches that are nearly the same the shortest will do: more prompts begin with it."""
        for other in self._tree.kept:
            shorter = self._tree.tokens(other)
            close = WORTH_TOKENS <= len(shorter) < len(tokens) < len(shorter) + WORTH_TOKENS
            if close and tokens[: len(shorter)] == shorter:
                return self._early(other, shorter)
        return sequence, tokens

    def _segment_tokens(self) -> int:
        if not self._token_bytes:
            return _FIRST_TOKENS
        return max(WORTH_TOKENS, min(_MOST_TOKENS, int(SEGMENT_BYTES / self._token_bytes)))

    def _label(self, tokens: list[int], found: Found) -> Label:
        above = found.segment if found.length >= WORTH_TOKENS else None
        start = 0 if above is None else found.length
        most = self._segment_tokens()
        end = len(tokens) if len(tokens) - start < most + WORTH_TOKENS else start + most
        parent = None if above is None else above.name
        return Label(branch_name(tokens[:end]), start, tuple(tokens[start:end]), parent)

    def _write(self, task: Task) -> Draft | None:
        """The backend's part of a file; None when it failed, which is no reason to try again."""
        label = task.label
        self._skipped.add(label.name)
        try:
            draft = self._folder.draft(label)
        except OSError as error:
            self._note(error)
            return None
        source, end = task.sequence, label.start + len(label.tokens)
        if self._tree.can_rewind:
            self._backend.seq_cp(task.sequence, self._scratch, label.start, end)
            source = self._scratch
        try:
            self._backend.save_sequence(source, draft.path)
        except (OSError, StateError) as error:
            draft.drop()
            self._note(error)
            return None
        finally:
            if source == self._scratch:
                self._backend.seq_rm(self._scratch, 0)
        return draft

    def _finish(self, within_s: float = 0.0) -> None:
        """Take in what the other thread made, if it is done in time."""
        assert self._finishing is not None
        if wait((self._finishing,), within_s).done:
            self._complete(self._finishing.result)
            self._finishing = None

    def _complete(self, made: Callable[[], Segment]) -> None:
        try:
            segment = made()
        except (OSError, StateRefused) as error:
            self._note(error)
            return
        self._token_bytes = segment.size_bytes / len(segment.tokens)
        self._skipped.discard(segment.name)
        if self._index.add(segment):
            for used in self._index.use(segment.name, segment.used_ns):
                self._folder.touch(used)
        elif segment.name not in self._index:  # what it hangs on was evicted meanwhile
            self._folder.remove(segment.name)
        self.evict()

    def evict(self) -> None:
        """Stay within the limits. What had to go is not saved again."""
        for name in self._folder.evict():
            for gone in self._index.discard(name):
                self._skipped.add(gone.name)
                self._folder.remove(gone.name)

    def _note(self, error: Exception) -> None:
        """A state that cannot be saved is a loss of time, later; that is told once."""
        self._ended = self._ended or isinstance(error, FolderGone)
        if not self._failed:
            self._failed = True
            _log.warning("a state could not be saved: %s", error)
