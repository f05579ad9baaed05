"""One step through the backend: a batch of work, and what is saved of it when the decode fails."""

from collections.abc import Iterator
from dataclasses import dataclass

from oa_desktop.engine.backend import ABORTED, Backend, Batch, DecodeError
from oa_desktop.engine.jobs import Job, Reply
from oa_desktop.engine.tree import PrefixTree


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """Tokens of one sequence in a step: of a reply, or a slice of a prompt when `reply` is None."""

    job: Job
    reply: Reply | None
    sequence: int
    tokens: list[int]
    wants_logits: bool


@dataclass(frozen=True, slots=True)
class Decoded:
    """Work that is done. Its logits are at the rows beside it until the next outcome is asked for."""

    rows: tuple[tuple[Work, int], ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """A request that cannot go on."""

    job: Job
    error: DecodeError


def decode_step(backend: Backend, tree: PrefixTree, work: list[Work]) -> Iterator[Decoded | Failed]:
    """One decode. When it fails, each request gets one of its own; those that fail alone end.

    After one that was aborted, requests go on where they were before it, or end where that cannot be done.
    """
    try:
        yield _decode(backend, tree, work)
        return
    except DecodeError as error:
        torn = _rewind(backend, tree, work)
        jobs = list(dict.fromkeys(item.job for item in work))
        aborted = error.code == ABORTED
        ending = torn if aborted or len(jobs) > 1 else set(jobs)
        failure = error
    for job in jobs:
        if job in ending:
            yield Failed(job, failure)
        elif not aborted:
            yield _decode_alone(backend, tree, job, [item for item in work if item.job is job])


def _decode_alone(backend: Backend, tree: PrefixTree, job: Job, work: list[Work]) -> Decoded | Failed:
    try:
        return _decode(backend, tree, work)
    except DecodeError as error:
        _rewind(backend, tree, work)
        return Failed(job, error)


def _decode(backend: Backend, tree: PrefixTree, work: list[Work]) -> Decoded:
    batch = Batch()
    rows = [
        batch.add(item.tokens, tree.length(item.sequence), item.sequence, logits=item.wants_logits)
        for item in work
    ]
    tree.make_room(len(batch))
    backend.decode(batch)
    for item in work:
        tree.advance(item.sequence, item.tokens)
    return Decoded(tuple(zip(work, rows, strict=True)))


def _rewind(backend: Backend, tree: PrefixTree, work: list[Work]) -> set[Job]:
    """Take what a failed decode left in the memory. Returns the jobs for which that cannot be done."""
    torn = set()
    for item in work:
        length = tree.length(item.sequence)
        if backend.sequence_length(item.sequence) == length:
            continue
        if tree.can_rewind:
            backend.seq_rm(item.sequence, length)
        else:
            torn.add(item.job)
    return torn
