"""`oa-desktop serve` as the unchanged `openai` package meets it: answers, streams, and its types of error."""

import json
import re
import socket
import time
from collections.abc import Callable, Iterator

import httpx2
import openai
import pytest

from tests.integration.client.servers import KEY, TOUR, Served, our_server

pytestmark = [pytest.mark.model, pytest.mark.skipif(not TOUR.exists(), reason="no tour model")]
QUESTION = [{"role": "user", "content": "What can I do with this app?"}]
SLOW_S = 60


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with our_server(tmp_path_factory.mktemp("home")) as server:
        yield server


@pytest.fixture
def client(served: Served) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=served.base_url, api_key=served.key, max_retries=0, timeout=SLOW_S) as opened:
        yield opened


def until(condition: Callable[[], bool], within_s: float = SLOW_S) -> None:
    ends_s = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < ends_s, "it did not happen in time"
        time.sleep(0.02)


def metric(served: Served, name: str) -> float:
    address = served.base_url.removesuffix("/v1") + "/metrics"
    page = httpx2.get(address, headers={"Authorization": f"Bearer {KEY}"}, trust_env=False).text
    return float(re.findall(rf"^oa_engine_{name} (\S+)$", page, re.MULTILINE)[0])


def test_the_models_are_listed(client):
    assert [model.object for model in client.models.list().data] == ["model"]


def test_four_replies_come_whole_and_streamed_the_same(client):
    asked = {"model": "any", "messages": QUESTION, "n": 4, "seed": 7, "max_tokens": 40, "temperature": 0.9}
    whole = client.chat.completions.create(**asked)
    assert [choice.index for choice in whole.choices] == [0, 1, 2, 3]
    assert whole.usage.completion_tokens > 0
    parts, reasons, usage = [""] * 4, [None] * 4, None
    for chunk in client.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True}):
        for choice in chunk.choices:
            parts[choice.index] += choice.delta.content or ""
            reasons[choice.index] = choice.finish_reason or reasons[choice.index]
        usage = chunk.usage or usage
    assert parts == [choice.message.content for choice in whole.choices]
    assert reasons == [choice.finish_reason for choice in whole.choices]
    assert usage.completion_tokens == whole.usage.completion_tokens
    assert usage.prompt_tokens_details.cached_tokens > 0


def test_one_reply_comes_whole_and_streamed(client):
    asked = {"model": "any", "messages": QUESTION, "temperature": 0, "max_tokens": 20}
    whole = client.chat.completions.create(**asked).choices[0]
    stream = client.chat.completions.create(**asked, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == whole.message.content
    assert whole.message.role == "assistant"


def test_completions_continue_a_text(client):
    answer = client.completions.create(model="any", prompt="A tree is", max_tokens=5, n=2)
    assert len(answer.choices) == 2


def test_a_stream_that_is_closed_early_frees_the_engine(client, served):
    stream = client.chat.completions.create(
        model="any", messages=QUESTION, n=8, max_tokens=900, stream=True, extra_body={"ignore_eos": True}
    )
    next(iter(stream))
    stream.close()
    until(lambda: metric(served, "running_requests") == 0)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"n": 0}, "n"), ({"temperature": 9}, "temperature"), ({"messages": []}, "messages")],
    ids=["n", "temperature", "messages"],
)
def test_a_wrong_field_is_a_bad_request(client, wrong, field):
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(**{"model": "any", "messages": QUESTION, **wrong})
    assert refused.value.status_code == 400
    assert refused.value.param == field


def test_too_long_a_prompt_is_a_bad_request_with_its_code(client):
    long = [{"role": "user", "content": "李白 " * 3000}]
    for stream in (False, True):
        with pytest.raises(openai.BadRequestError) as refused:
            client.chat.completions.create(model="any", messages=long, stream=stream)
        assert refused.value.code == "context_length_exceeded"


def test_a_wrong_key_is_an_authentication_error(served):
    with openai.OpenAI(base_url=served.base_url, api_key="no", max_retries=0) as stranger:
        with pytest.raises(openai.AuthenticationError) as refused:
            stranger.models.list()
        assert refused.value.status_code == 401
        with pytest.raises(openai.AuthenticationError):
            stranger.chat.completions.create(model="any", messages=QUESTION, stream=True)


def test_what_is_not_offered_is_not_found(client):
    with pytest.raises(openai.NotFoundError) as missing:
        client.embeddings.create(model="any", input="a tree", encoding_format="float")
    assert missing.value.status_code == 404


def test_too_large_a_body_is_told_with_413(client):
    with pytest.raises(openai.APIStatusError) as refused:
        client.chat.completions.create(
            model="any", messages=[{"role": "user", "content": "a" * (9 * 1024 * 1024)}]
        )
    assert refused.value.status_code == 413


def test_a_full_queue_is_a_rate_limit_and_ends(client, served):
    body = json.dumps({"messages": QUESTION, "n": 32, "max_tokens": 900, "ignore_eos": True}).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    waiting: list[socket.socket] = []
    try:
        refused: openai.RateLimitError | None = None
        while refused is None:
            assert len(waiting) < 500, "the queue never filled"
            for _ in range(70):
                waiting.append(socket.create_connection(("127.0.0.1", served.port), timeout=10))
                waiting[-1].sendall(head + body)
            until(lambda: metric(served, "queued_requests") >= 60)
            try:
                client.chat.completions.create(model="any", messages=QUESTION, max_tokens=1, timeout=1)
            except openai.RateLimitError as error:
                refused = error
            except openai.APITimeoutError:
                continue  # it got a place in the queue
        assert refused.status_code == 429
        assert float(refused.response.headers["retry-after"]) > 0
    finally:
        for connection in waiting:
            connection.close()
    until(lambda: metric(served, "queued_requests") + metric(served, "running_requests") == 0)
    assert client.chat.completions.create(model="any", messages=QUESTION, max_tokens=3).choices


def test_an_engine_that_is_gone_is_a_connection_error(tmp_path):
    with our_server(tmp_path) as server:
        address = server.base_url
    with (
        openai.OpenAI(base_url=address, api_key=KEY, max_retries=0) as client,
        pytest.raises(openai.APIConnectionError),
    ):
        client.models.list()
