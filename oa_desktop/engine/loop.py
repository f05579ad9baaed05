"""The engine's own thread: it owns the backend and the scheduler; all others talk to it from outside."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from oa_desktop.engine.backend import Backend
from oa_desktop.engine.pacing import Pace
from oa_desktop.engine.requests import Event, GenerationRequest, RequestEnd, RequestFailure, TextDelta
from oa_desktop.engine.resume.counts import SavedCounts
from oa_desktop.engine.resume.folder import StateFolder
from oa_desktop.engine.scheduler import Scheduler
from oa_desktop.engine.stats import EngineStats
from oa_desktop.engine.tally import Outcome
from oa_desktop.engine.watchdog import Watchdog

FRAME_S: Final = 0.03
"""Text that comes in less time is told together. Telling wakes the server and the client, which take
processor time from the next step, and the window shows no text more often."""

Listener = Callable[[Sequence[Event]], None]
"""Told of one or more events of its request, in order; a terminal one is the last."""

_CLOSED: Final = "engine-closed", "The engine is shutting down."

_log = logging.getLogger(__name__)


class EngineLoop:
    """Thread-safe front of one backend. `backend.vocabulary` and `backend.model` may be used from any thread.

    step_tokens: the most tokens one step decodes; what live replies leave of it goes to waiting prompts.
    max_queue: requests that may wait; one more ends at once in a RequestFailure "busy".
    states: where branches are saved when nothing happens, and at the end; None saves none.
    watchdog: says when a step takes too long for any machine.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        step_tokens: int = 512,
        max_queue: int = 64,
        states: StateFolder | None = None,
        watchdog: Watchdog | None = None,
    ) -> None:
        self.backend = backend
        self._watchdog = watchdog or Watchdog()
        self._hung = False
        self._scheduler = Scheduler(
            backend, step_tokens=step_tokens, max_queue=max_queue, pace=Pace(), states=states
        )
        self._saved = self._scheduler.saved
        self._max_queue = max_queue
        self._wake = threading.Condition()
        self._arrived: list[GenerationRequest] = []
        self._cancelled: list[str] = []
        self._listeners: dict[str, Listener] = {}
        self._closing = False
        self._save_until_s = 0.0
        self._quiet = False
        self._healthy = True
        self._checked = True
        self._turned_away = 0
        self._held: list[Event] = []
        self._told_s = 0.0
        self._stats = self._picture()
        self._thread = threading.Thread(target=self._run, name="engine-loop", daemon=True)

    @property
    def max_replies(self) -> int:
        """Of one request: as many as the backend has sequences, but for the one that saving takes."""
        return self._scheduler.tree.max_sequences

    @property
    def healthy(self) -> bool:
        """False once the loop crashed or hung; it answers nothing any more."""
        return self._healthy

    @property
    def hung(self) -> bool:
        """A step did not end. The thread cannot be ended either: leave the process with `os._exit`."""
        return self._hung

    def watch(self) -> bool:
        """Whether it can answer. Ask some times a second, from one thread: this notices a step that hangs."""
        step = self._scheduler.running_step
        if self._healthy and self._watchdog.sees_hung(step):
            _log.critical("a step of %d tokens does not end", 0 if step is None else step.token_count)
            self._hung = True
            self._fail_all()
        return self._healthy

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, request: GenerationRequest, on_events: Listener) -> None:
        """Queue a request. Its events end in exactly one RequestEnd or RequestFailure.

        on_events is called from the loop thread, and from the calling thread for a request refused at once
        ("busy", "engine-failed", "engine-closed"). It must be quick; if it raises, the request is cancelled.
        Raises: ValueError when a request of this id is still running.
        """
        with self._wake:
            refused = self._refusal()
            if refused is None:
                if request.id in self._listeners:
                    raise ValueError(f"request {request.id} is running already")
                self._listeners[request.id] = on_events
                self._arrived.append(request)
                self._wake.notify()
            else:
                self._turned_away += 1
        if refused is not None:
            on_events([RequestFailure(request.id, *refused)])

    def cancel(self, request_id: str) -> None:
        """End a request within one step: its replies end CANCELLED, then RequestEnd. Ignores unknown ids.

        A step that computes for nobody else is cut short.
        """
        with self._wake:
            if request_id in self._listeners:
                self._cancelled.append(request_id)
                self._wake.notify()
                step = self._scheduler.running_step
                if step is not None and step.requests.issubset(self._cancelled):
                    self.backend.interrupt(abort=True)

    def stats(self) -> EngineStats:
        """The newest picture; never waits for a step."""
        return replace(self._stats, turned_away=self._turned_away)

    def close(self, *, save_within_s: float = 0.0) -> None:
        """Fail every request ("engine-closed"), end the thread, close the backend.

        save_within_s: branches are saved before that, as many as there is time for.
        """
        with self._wake:
            self._closing = True
            self.backend.interrupt(abort=True)
            self._save_until_s = time.monotonic() + save_within_s
            self._wake.notify()
        if self._thread.ident is None:
            self.backend.close()
        elif not self._hung:
            self._thread.join()

    def _refusal(self) -> tuple[str, str] | None:
        if not self._healthy:
            return "engine-failed", "The engine stopped after an error and must be restarted."
        if self._closing:
            return _CLOSED
        if len(self._arrived) + self._scheduler.queued >= self._max_queue:
            return "busy", f"{self._max_queue} requests are waiting already."
        return None

    def _run(self) -> None:
        try:
            while self._take_messages():
                if self._quiet:
                    self._save()
                    continue
                self._held += self._scheduler.step()
                self._checked = False
                self._hand_out()
                if self._saved is not None:
                    self._saved.stir()
            self._deliver(self._held)
            self._scheduler.close()
            self._stats = self._picture()
            self._fail_listeners(*_CLOSED)
            if self._saved is not None:
                self._saved.close(self._save_until_s - time.monotonic())
        except Exception:
            _log.exception("the engine loop crashed")
            self._fail_all()
        finally:
            self.backend.close()
            self._stats = self._picture()

    def _take_messages(self) -> bool:
        """Hand the scheduler what arrived; waits while there is nothing to do. False when closing."""
        with self._wake:
            self.backend.interrupt(abort=False)
            while not (self._closing or self._arrived or self._cancelled or self._scheduler.has_work):
                self._check_when_idle()
                self._quiet = not self._wake.wait(None if self._saved is None else self._saved.wait_s)
                if self._quiet:
                    return True
            arrived, self._arrived = self._arrived, []
            cancelled, self._cancelled = self._cancelled, []
            for request in arrived:
                self._scheduler.submit(request)
            closing = self._closing
        for request_id in cancelled:
            self._scheduler.cancel(request_id)
        return not closing

    def _save(self) -> None:
        self._quiet = False
        if self._saved is not None:
            self._saved.save_next()
            self._stats = self._picture()

    def _check_when_idle(self) -> None:
        if not self._checked:
            self._scheduler.tree.check_integrity()
            self._checked = True

    def _hand_out(self) -> None:
        """Tell what happened: text of short steps together, every other news at once.

        Beside a prompt the next step may be a longer one, so nothing waits for it.
        """
        now_s = time.monotonic()
        early = now_s - self._told_s < FRAME_S and not self._scheduler.reads
        if early and all(isinstance(event, TextDelta) for event in self._held):
            return
        self._told_s = now_s
        self._stats = self._picture()
        held, self._held = self._held, []
        self._deliver(held)

    def _deliver(self, events: list[Event]) -> None:
        """To each request all of its events at once, so that whoever waits for them is woken once."""
        told: dict[str, list[Event]] = {}
        for event in events:
            told.setdefault(event.request_id, []).append(event)
        for request_id, own in told.items():
            with self._wake:
                listener = self._listeners.get(request_id)
                if isinstance(own[-1], RequestEnd | RequestFailure):
                    self._listeners.pop(request_id, None)
            if listener is not None:
                self._tell(listener, own)

    def _tell(self, listener: Listener, events: list[Event]) -> None:
        try:
            listener(events)
        except Exception:
            _log.exception("a listener failed; its request is cancelled")
            self.cancel(events[0].request_id)

    def _fail_all(self) -> None:
        with self._wake:
            self._healthy = False
            self._scheduler.tally.requests[Outcome.FAILED] += len(self._listeners)
        self._stats = self._picture()
        self._fail_listeners("engine-failed", "The engine stopped after an error.")

    def _fail_listeners(self, code: str, message: str) -> None:
        with self._wake:
            waiting, self._listeners = self._listeners, {}
        for request_id, listener in waiting.items():
            self._tell(listener, [RequestFailure(request_id, code, message)])

    def _picture(self) -> EngineStats:
        scheduler, tree = self._scheduler, self._scheduler.tree
        return EngineStats(
            healthy=self._healthy,
            queued=scheduler.queued,
            running=scheduler.running,
            cells_total=tree.cells,
            cells_used=tree.used,
            cells_free=tree.free,
            sequences=len(tree.live),
            prefixes=len(tree.kept),
            can_rewind=tree.can_rewind,
            counts=scheduler.tally.counts(),
            saved=SavedCounts() if scheduler.saved is None else scheduler.saved.counts(),
        )
