"""When a prompt is read, it is told once, before anything of the replies."""

from oa_desktop.engine.fake import FakeBackend
from oa_desktop.engine.requests import GenerationRequest, PromptRead, ReplyEnd, RequestEnd, TextDelta
from oa_desktop.engine.scheduler import Scheduler


def events_of(scheduler: Scheduler, *requests: GenerationRequest) -> list:
    for request in requests:
        scheduler.submit(request)
    events = []
    while scheduler.has_work:
        events += scheduler.step()
    return events


def test_it_comes_before_any_text_with_what_was_known_already():
    scheduler = Scheduler(FakeBackend())
    prompt = tuple(range(50, 80))
    first = events_of(scheduler, GenerationRequest("a", prompt, n=3, max_tokens=4))
    assert [event for event in first if isinstance(event, PromptRead)] == [PromptRead("a", 30, 0)]
    assert isinstance(first[0], PromptRead)
    again = events_of(scheduler, GenerationRequest("b", prompt, max_tokens=4))
    assert again[0] == PromptRead("b", 30, 29)


def test_a_request_that_is_cancelled_while_it_reads_never_tells_it():
    scheduler = Scheduler(FakeBackend(), step_tokens=4)
    scheduler.submit(GenerationRequest("a", tuple(range(50, 80)), max_tokens=4))
    events = scheduler.step()
    scheduler.cancel("a")
    events += scheduler.step()
    assert not any(isinstance(event, PromptRead | TextDelta) for event in events)
    assert [type(event) for event in events] == [ReplyEnd, RequestEnd]
