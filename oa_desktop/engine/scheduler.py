"""Continuous batching: each step decodes one token of every live reply and a slice of the waiting prompts.

Bookkeeping over plain objects; it sees a model only through `Backend`. One thread.
"""

import time
from collections import deque

from oa_desktop.engine.admission import Limits, allowance, refusal
from oa_desktop.engine.backend import ABORTED, Backend, DecodeError
from oa_desktop.engine.decoding import Decoded, Failed, Work, decode_step
from oa_desktop.engine.jobs import Job, Reply, ReplyText
from oa_desktop.engine.pacing import Pace
from oa_desktop.engine.prompt_reading import PromptReader
from oa_desktop.engine.requests import (
    Event,
    FinishReason,
    GenerationRequest,
    PromptRead,
    ReplyEnd,
    RequestEnd,
    RequestFailure,
    TextDelta,
)
from oa_desktop.engine.resume.folder import StateFolder
from oa_desktop.engine.resume.saved_branches import SavedBranches
from oa_desktop.engine.tally import Outcome, Tally
from oa_desktop.engine.tree import PrefixTree
from oa_desktop.engine.watchdog import RunningStep

SEEDS = 2**32 - 1
"""Seeds are below it: 2**32 - 1 itself asks llama.cpp for a random one."""


class Scheduler:
    """Events are handed out by `step`; a request ends in exactly one RequestEnd or RequestFailure.

    step_tokens: the most tokens of one step. Live replies come first, prompts share the rest, at least one.
    pace: says how much of that rest a step may take before replies feel it; None takes all of it.
    max_queue: requests that may wait; one more fails with "busy".
    states: where branches are kept on disk; None keeps none. It takes one sequence for itself.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        step_tokens: int = 512,
        max_queue: int = 64,
        pace: Pace | None = None,
        states: StateFolder | None = None,
    ) -> None:
        self.step_tokens = step_tokens
        self._pace = pace
        self.max_queue = max_queue
        self.tally = Tally()
        self.running_step: RunningStep | None = None
        sequences = backend.max_sequences - (states is not None)
        self.tree = PrefixTree(
            backend, cells=backend.cells, max_sequences=sequences, can_rewind=backend.can_rewind
        )
        self.saved = None if states is None else SavedBranches(backend, self.tree, states, scratch=sequences)
        self._prompts = PromptReader(self.tree, self.saved, pace)
        self._backend = backend
        self._limits = Limits(backend.n_ctx, backend.cells, sequences)
        self._queue: deque[GenerationRequest] = deque()
        self._jobs: dict[str, Job] = {}
        self._events: list[Event] = []

    @property
    def queued(self) -> int:
        """Requests that wait."""
        return len(self._queue)

    @property
    def running(self) -> int:
        """Requests that hold sequences."""
        return len(self._jobs)

    @property
    def reads(self) -> bool:
        """A prompt is being read or waits for it."""
        return bool(self._queue) or any(not job.replies for job in self._jobs.values())

    @property
    def has_work(self) -> bool:
        """A step would do or tell something."""
        return bool(self._queue or self._jobs or self._events)

    def submit(self, request: GenerationRequest) -> None:
        """Queue a request, or refuse it: the next step tells."""
        refused = refusal(request, self._limits)
        if refused is None and len(self._queue) >= self.max_queue:
            refused = "busy", f"{self.max_queue} requests are waiting already."
        if refused is None:
            self._queue.append(request)
        else:
            self.tally.requests[Outcome.REFUSED] += 1
            self._events.append(RequestFailure(request.id, *refused))

    def cancel(self, request_id: str) -> None:
        """End a request now: its sequences are free for others, the next step tells. Ignores unknown ids."""
        job = self._jobs.get(request_id)
        if job is not None:
            self._cancel_job(job)
            return
        for request in self._queue:
            if request.id == request_id:
                self._queue.remove(request)
                self.tally.requests[Outcome.CANCELLED] += 1
                ends = (ReplyEnd(request_id, i, FinishReason.CANCELLED, 0) for i in range(request.n))
                self._events.extend((*ends, RequestEnd(request_id, len(request.prompt), 0, 0)))
                return

    def step(self) -> list[Event]:
        """Admit, decode once, sample. Returns what happened since the last step, in order."""
        started = time.perf_counter()
        self._admit()
        replies = self._live_replies()
        slices = self._prompt_slices(len(replies))
        if replies or slices:
            work = [*replies, *slices]
            self.running_step = RunningStep(frozenset(self._jobs), sum(len(item.tokens) for item in work))
            computed = False
            for outcome in decode_step(self._backend, self.tree, work):
                self._take(outcome)
                computed = computed or isinstance(outcome, Decoded)
            self.running_step = None
            if computed:
                self._measured(time.perf_counter() - started, replies, slices)
        events, self._events = self._events, []
        return events

    def _measured(self, seconds: float, replies: list[Work], slices: list[Work]) -> None:
        self.tally.step(seconds, read_prompt=bool(slices))
        if self._pace is not None:
            self._pace.note(len(replies), sum(len(item.tokens) for item in slices), seconds)

    def close(self) -> list[Event]:
        """Cancel everything; returns the last events."""
        for request_id in [*self._jobs, *(request.id for request in self._queue)]:
            self.cancel(request_id)
        events, self._events = self._events, []
        return events

    def _admit(self) -> None:
        """Start waiting requests, first come first served, while the cells they may need can be had."""
        while self._queue:
            request = self._queue[0]
            allowed = allowance(request, self._limits)
            if not self._fits(request, allowed.reply_cells):
                return
            self._queue.popleft()
            sequence = (self.saved or self.tree).acquire(request.prompt[:-1])
            reused = self.tree.length(sequence)
            self.tally.reused_tokens += reused
            self._jobs[request.id] = Job(request, sequence, reused, allowed.reply_tokens, allowed.reply_cells)

    def _fits(self, request: GenerationRequest, reply_cells: int) -> bool:
        jobs = self._jobs.values()
        if sum(job.promised_sequences for job in jobs) + request.n > self._limits.max_sequences:
            return False
        new = len(request.prompt) - self.tree.match(request.prompt[:-1]).live_cells + reply_cells
        promised = sum(job.promised_cells + self._prompts.unread(job) for job in jobs)
        return self.tree.live_cells + promised + new <= self.tree.cells

    def _live_replies(self) -> list[Work]:
        work = []
        for job in list(self._jobs.values()):
            for reply in job.running:
                if job.cells_left == 0:
                    self._end_reply(job, reply, FinishReason.LENGTH)
                    continue
                job.cells_left -= 1
                work.append(Work(job, reply, reply.sequence, [reply.next_token], wants_logits=True))
        return work

    def _prompt_slices(self, replies: int) -> list[Work]:
        room = min(max(1, self.step_tokens - replies), self._backend.max_batch - replies)
        before = sum(job.reused_tokens for job in self._jobs.values())
        slices = self._prompts.slices(self._jobs.values(), replies, room)
        self.tally.reused_tokens += sum(job.reused_tokens for job in self._jobs.values()) - before
        return slices

    def _take(self, outcome: Decoded | Failed) -> None:
        if isinstance(outcome, Failed):
            self._fail(outcome.job, outcome.error)
            return
        for item, row in outcome.rows:
            if item.reply is not None:
                self._sample(item.job, item.reply, row)
                continue
            self.tally.read_tokens += len(item.tokens)
            if item.wants_logits:
                self._begin_replies(item.job, row)

    def _begin_replies(self, job: Job, row: int) -> None:
        """The prompt is read: every reply starts from the same cells and the same logits."""
        request = job.request
        self._events.append(PromptRead(request.id, len(request.prompt), job.reused_tokens))
        forks = [self.tree.fork(job.sequence) for _ in range(request.n - 1)]
        for index, sequence in enumerate([job.sequence, *forks]):
            seed = (request.sampling.seed + index) % SEEDS
            sampler = self._backend.make_sampler(request.sampling, seed, request.prompt)
            job.replies.append(Reply(index, sequence, sampler, ReplyText(request.stop)))
        for reply in job.replies:
            self._sample(job, reply, row)

    def _sample(self, job: Job, reply: Reply, row: int) -> None:
        request, vocabulary = job.request, self._backend.vocabulary
        token = reply.sampler.sample(row)
        is_end = token in vocabulary.end_tokens
        if token in request.stop_ids or (is_end and not request.ignore_eos):
            self._end_reply(job, reply, FinishReason.STOP)
            return
        reply.next_token = token
        reply.completion_tokens += 1
        reply.unreported_tokens += 1
        self.tally.generated_tokens += 1
        self._tell(job, reply, reply.text.feed(b"" if is_end else vocabulary.piece(token)))
        if reply.text.stopped:
            self._end_reply(job, reply, FinishReason.STOP)
        elif reply.completion_tokens >= job.reply_tokens:
            self._end_reply(job, reply, FinishReason.LENGTH)

    def _tell(self, job: Job, reply: Reply, text: str) -> None:
        if text:
            self._events.append(TextDelta(job.request.id, reply.index, text, reply.unreported_tokens))
            reply.unreported_tokens = 0

    def _end_reply(self, job: Job, reply: Reply, reason: FinishReason) -> None:
        self._tell(job, reply, reply.text.flush())
        reply.reason = FinishReason.STOP if reply.text.stopped else reason
        reply.sampler.close()
        self.tree.retire(reply.sequence)
        self._events.append(ReplyEnd(job.request.id, reply.index, reply.reason, reply.completion_tokens))
        if len(job.replies) == job.request.n and not job.running:
            self._end_job(job)

    def _end_job(self, job: Job) -> None:
        del self._jobs[job.request.id]
        self.tally.requests[Outcome.CANCELLED if job.cancelled else Outcome.COMPLETED] += 1
        prompt_tokens = len(job.request.prompt)
        self._events.append(
            RequestEnd(job.request.id, prompt_tokens, job.reused_tokens, job.completion_tokens)
        )

    def _cancel_job(self, job: Job) -> None:
        for reply in job.running:
            self._end_reply(job, reply, FinishReason.CANCELLED)
        if not job.replies:
            self.tree.retire(job.sequence)
            indices = range(job.request.n)
            self._events.extend(ReplyEnd(job.request.id, i, FinishReason.CANCELLED, 0) for i in indices)
            self._end_job(job)

    def _fail(self, job: Job, error: DecodeError) -> None:
        del self._jobs[job.request.id]
        self.tally.requests[Outcome.CANCELLED if error.code == ABORTED else Outcome.FAILED] += 1
        for reply in job.running:
            reply.sampler.close()
        for sequence in [reply.sequence for reply in job.running] if job.replies else [job.sequence]:
            self.tree.discard(sequence)
        self._events.append(RequestFailure(job.request.id, error.code, error.message))
