"""A real HTTP server of the engine in this process, over the fake backend."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx2
import pytest

from oa_desktop.engine.api.application import make_application
from oa_desktop.engine.api.served import ServedModel
from oa_desktop.engine.backend import Batch
from oa_desktop.engine.fake import FakeBackend
from oa_desktop.engine.listening import listen
from oa_desktop.engine.loop import EngineLoop
from oa_desktop.engine.prompts.renderer import PromptRenderer
from oa_desktop.engine.resume.folder import StateFolder
from oa_desktop.engine.server import Server

TOKEN = "a-token-that-only-the-tests-know"
PATIENCE_S = 60
"""Long enough for any machine: a test that waits so long has failed."""


class GatedBackend(FakeBackend):
    """Decodes only while its gate is open, so that a test can look at a request that runs."""

    def __init__(self, **options: int) -> None:
        super().__init__(**options)
        self.gate = threading.Event()
        self.gate.set()
        self.waiting = threading.Event()

    def decode(self, batch: Batch) -> None:
        if not self.gate.is_set():
            self.waiting.set()
        self.gate.wait(PATIENCE_S)
        time.sleep(0)  # let the server thread run between two steps
        super().decode(batch)


@dataclass
class Engine:
    """One running server."""

    served: ServedModel
    backend: GatedBackend
    port: int
    http: httpx2.Client

    @property
    def loop(self) -> EngineLoop:
        return self.served.loop

    def ask(self, **fields: object) -> httpx2.Response:
        """A chat request with one question, and `fields` on top."""
        body = {"messages": [{"role": "user", "content": "What is a tree?"}], **fields}
        return self.http.post("/v1/chat/completions", json=body)

    def wait_until(self, condition: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
        """Poll for a state of the engine thread."""
        ends_s = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < ends_s, "it did not happen in time"
            time.sleep(0.002)


@contextmanager
def engines() -> Iterator[Callable[..., Engine]]:
    """Start engines over the fake backend. queue: how many requests may wait; the rest is the backend's."""
    with ExitStack() as stops:

        def start(*, queue: int = 64, states: StateFolder | None = None, **options: int) -> Engine:
            backend = GatedBackend(**options)
            loop = EngineLoop(backend, max_queue=queue, states=states)
            loop.start()
            prompts = PromptRenderer(backend.model, backend.vocabulary, None, context_tokens=backend.n_ctx)
            served = ServedModel(loop, prompts)
            listener = listen("127.0.0.1", 0)
            port = listener.getsockname()[1]
            ready = threading.Event()
            server = Server(make_application(served, token=TOKEN, port=port), ready.set)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
            thread.start()
            assert ready.wait(PATIENCE_S)
            http = httpx2.Client(
                base_url=f"http://127.0.0.1:{port}",
                headers={"Authorization": f"Bearer {TOKEN}"},
                trust_env=False,
                timeout=PATIENCE_S,
            )

            def stop() -> None:
                backend.gate.set()
                http.close()
                server.should_exit = True
                thread.join(10)
                loop.close()

            stops.callback(stop)
            return Engine(served, backend, port, http)

        yield start


@pytest.fixture
def start_engine() -> Iterator[Callable[..., Engine]]:
    """Start as many engines as a test wants."""
    with engines() as start:
        yield start


@pytest.fixture(scope="module")
def engine_once() -> Iterator[Engine]:
    """One engine for all the tests of a module that only look at refusals."""
    with engines() as start:
        yield start()


@pytest.fixture
def engine(start_engine: Callable[..., Engine]) -> Engine:
    """A plain engine."""
    return start_engine()
