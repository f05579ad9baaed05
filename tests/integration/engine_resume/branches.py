"""A scheduler over the fake backend that saves to a real folder, driven by hand."""

from dataclasses import dataclass
from itertools import count
from pathlib import Path

from oa_desktop.engine.fake import FIRST_WORD, FakeBackend, expected_tokens
from oa_desktop.engine.jobs import ReplyText
from oa_desktop.engine.requests import Event, GenerationRequest, RequestEnd, Sampling, TextDelta
from oa_desktop.engine.resume.eviction import Limits
from oa_desktop.engine.resume.folder import StateFolder
from oa_desktop.engine.scheduler import Scheduler

KEY = "ab" * 16
NO_SPARE = Limits(1 << 30, spare_bytes=0)
_names = count()


@dataclass
class Answer:
    texts: list[str]
    end: RequestEnd


class Engine:
    """One life of an engine. Every step checks the books."""

    def __init__(
        self, root: Path, backend: FakeBackend | None = None, *, key: str = KEY, limits: Limits = NO_SPARE
    ) -> None:
        self.backend = backend or FakeBackend()
        self.folder = StateFolder(root, key, limits)
        self.scheduler = Scheduler(self.backend, states=self.folder)
        saved = self.scheduler.saved
        assert saved is not None
        self.saved = saved

    def ask(self, prompt: list[int], *, n: int = 1, max_tokens: int = 8) -> Answer:
        self.scheduler.submit(request(str(next(_names)), prompt, n=n, max_tokens=max_tokens))
        events: list[Event] = []
        while self.scheduler.has_work:
            events += self.scheduler.step()
            self.check()
        end = events[-1]
        assert isinstance(end, RequestEnd)
        deltas = [event for event in events if isinstance(event, TextDelta)]
        assert self.backend.open_samplers == 0
        return Answer(["".join(d.text for d in deltas if d.index == i) for i in range(n)], end)

    def check(self) -> None:
        tree = self.scheduler.tree
        tree.check_integrity()
        assert tree.used + tree.free == tree.cells
        assert tree.used == self.backend.used_cells
        assert self.backend.sequence_length(self.backend.max_sequences - 1) == 0

    def save(self) -> None:
        """Everything that is worth it."""
        self.saved.stir()
        while self.saved.wait_s is not None:
            self.saved.save_next()
            self.check()

    def stop(self) -> None:
        """As an engine that is asked to end."""
        self.scheduler.close()
        self.saved.close(20)


def request(name: str, prompt: list[int], *, n: int = 1, max_tokens: int = 8) -> GenerationRequest:
    return GenerationRequest(name, tuple(prompt), n, max_tokens, Sampling(temperature=0), ignore_eos=True)


def expected(prompt: list[int], max_tokens: int = 8) -> str:
    text = ReplyText(())
    vocabulary = FakeBackend().vocabulary
    reply = expected_tokens(prompt, seed=None, max_tokens=max_tokens, ignore_eos=True)
    return "".join(text.feed(vocabulary.piece(token)) for token in reply) + text.flush()


def words(length: int, salt: int = 0) -> list[int]:
    """A prompt of so many tokens."""
    return [FIRST_WORD + (salt + i * (salt + 7)) % 50 for i in range(length)]


PROMPT = words(300)


def names(root: Path) -> set[str]:
    return {path.name for path in root.glob("*/*")}


def reads_it_again(root: Path) -> Engine:
    """An engine that found nothing to go on from for `PROMPT`, and answered all the same."""
    engine = Engine(root)
    answer = engine.ask(PROMPT)
    assert answer.texts == [expected(PROMPT)]
    assert answer.end.reused_tokens == 0
    assert engine.saved.counts().restored_tokens == 0
    return engine
