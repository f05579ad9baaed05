"""Which tokens of waiting prompts the next step reads: what nobody holds yet, shared out fairly."""

from collections.abc import Iterable

from oa_desktop.engine.decoding import Work
from oa_desktop.engine.jobs import Job
from oa_desktop.engine.pacing import Pace
from oa_desktop.engine.resume.saved_branches import SavedBranches
from oa_desktop.engine.tree import PrefixTree


class PromptReader:
    """Sees to it that nothing is read twice: what the tree or the disk has is taken from there.

    pace: says how much a step may read before replies feel it; None takes all there is room for.
    """

    def __init__(self, tree: PrefixTree, saved: SavedBranches | None, pace: Pace | None) -> None:
        self._tree = tree
        self._saved = saved
        self._pace = pace

    def unread(self, job: Job) -> int:
        """Prompt tokens that are not in the memory yet."""
        return 0 if job.replies else len(job.request.prompt) - self._tree.length(job.sequence)

    def slices(self, jobs: Iterable[Job], replies: int, room: int) -> list[Work]:
        """The next tokens of every waiting prompt in equal shares: no short one waits for a long one.

        Where there are more prompts than tokens to read, those go first that were passed over for longest.
        replies: how many are decoded in the same step.   room: the most tokens beside them.
        """
        reading = self._reading(jobs)
        if not reading:
            return []
        budget = min(room, sum(map(self.unread, reading)))
        if self._pace is not None:
            budget = self._pace.prompt_tokens(replies, budget)
        work: list[Work] = []
        for waiting, job in zip(range(len(reading), 0, -1), reading, strict=True):
            prompt, start = job.request.prompt, self._tree.length(job.sequence)
            share = min(-(-budget // waiting), self._slice_limit(job))
            job.passed_over = 0 if share else job.passed_over + 1
            if share:
                tokens = list(prompt[start : start + share])
                budget -= len(tokens)
                last = start + len(tokens) == len(prompt)
                work.append(Work(job, None, job.sequence, tokens, wants_logits=last))
        return work

    def _reading(self, jobs: Iterable[Job]) -> list[Job]:
        """Requests whose next prompt tokens nobody else reads: who was passed over, then the fewest tokens.

        Where two would read the same tokens one waits, and shares them in the next step.
        """
        claims: dict[tuple[object, int], Job] = {}
        for job in jobs:
            if job.replies:
                continue
            restoring = self._catch_up(job)
            next_token = job.request.prompt[self._tree.length(job.sequence)]
            if not restoring:
                claims.setdefault((self._tree.place(job.sequence), next_token), job)
        return sorted(claims.values(), key=lambda job: (-job.passed_over, self.unread(job)))

    def _catch_up(self, job: Job) -> bool:
        """Share what others read meanwhile, and take a piece from disk. Whether there are more of those."""
        prompt, before = job.request.prompt[:-1], self._tree.length(job.sequence)
        self._tree.catch_up(job.sequence, prompt)
        restoring = self._saved is not None and self._saved.restore_next(job.sequence, prompt)
        job.reused_tokens += self._tree.length(job.sequence) - before
        return restoring

    def _slice_limit(self, job: Job) -> int:
        """A memory that cannot be cut is kept one token before the end of the prompt, to answer it again."""
        unread = self.unread(job)
        if self._tree.can_rewind:
            return unread
        if unread == 1:
            self._tree.checkpoint(job.sequence)
        return max(1, unread - 1)
