"""The engine's own thread: it owns the backend and the scheduler, and everything else talks to it from outside."""

from collections.abc import Callable
from dataclasses import dataclass

from oa_desktop.engine.backend import Backend
from oa_desktop.engine.requests import Event, GenerationRequest

Listener = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class EngineStats:
    """A picture of the engine after its last step. cells_free + cells_used == cells_total."""

    healthy: bool
    queued: int
    running: int
    cells_total: int
    cells_used: int
    cells_free: int
    sequences: int
    prefixes: int
    steps: int


class EngineLoop:
    """Thread-safe front of one backend. `backend.vocabulary` and `backend.model` may be used from any thread.

    step_tokens: the most tokens one step decodes; what live replies leave of it goes to waiting prompts.
    max_queue: requests that may wait; one more ends at once in a RequestFailure "busy".
    """

    def __init__(self, backend: Backend, *, step_tokens: int = 512, max_queue: int = 64) -> None:
        self.backend = backend

    @property
    def healthy(self) -> bool:
        """False once the loop crashed; it answers nothing any more."""
        raise NotImplementedError

    def start(self) -> None:
        """Start the thread."""
        raise NotImplementedError

    def submit(self, request: GenerationRequest, on_event: Listener) -> None:
        """Queue a request. Its events end in exactly one RequestEnd or RequestFailure.

        on_event is called from the loop thread, and from the calling thread for a request refused at once
        ("busy", "engine-failed", "engine-closed"). It must be quick and must not raise.
        Raises: ValueError when a request of this id is still running.
        """
        raise NotImplementedError

    def cancel(self, request_id: str) -> None:
        """End a request within one step: its replies end CANCELLED, then RequestEnd. Unknown ids are ignored."""
        raise NotImplementedError

    def stats(self) -> EngineStats:
        """The newest picture; never waits for a step."""
        raise NotImplementedError

    def close(self) -> None:
        """Cancel every request (each still gets its terminal event), end the thread, close the backend."""
        raise NotImplementedError
