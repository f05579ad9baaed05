"""What the API answers: whole, streamed, and to the openai package."""

import json

import openai
import pytest

from oa_desktop.engine.fake import FakeVocabulary, expected_tokens
from oa_desktop.engine.resume.eviction import Limits
from oa_desktop.engine.resume.folder import StateFolder

TOKEN = "a-token-that-only-the-tests-know"


def events(answer) -> list:
    lines = [line for line in answer.text.split("\n\n") if line and not line.startswith(":")]
    assert all(line.startswith("data: ") for line in lines)
    return [line.removeprefix("data: ") for line in lines]


def chunks(answer) -> list[dict]:
    *data, done = events(answer)
    assert done == "[DONE]"
    return [json.loads(line) for line in data]


def texts(chunks_, n: int) -> list[str]:
    parts = [[] for _ in range(n)]
    for chunk in chunks_:
        for choice in chunk["choices"]:
            parts[choice["index"]].append(choice["delta"].get("content", ""))
    return ["".join(text) for text in parts]


def test_a_whole_answer_has_n_replies_and_counts(engine):
    answer = engine.ask(n=3, max_tokens=6, ignore_eos=True, seed=7).json()
    assert answer["object"] == "chat.completion"
    assert [choice["index"] for choice in answer["choices"]] == [0, 1, 2]
    assert {choice["finish_reason"] for choice in answer["choices"]} == {"length"}
    assert all(choice["message"]["role"] == "assistant" for choice in answer["choices"])
    assert answer["usage"]["completion_tokens"] == 18
    assert answer["usage"]["total_tokens"] == answer["usage"]["prompt_tokens"] + 18
    assert answer["seed"] == 7


def test_a_stream_says_the_same_as_a_whole_answer(engine):
    whole = engine.ask(n=3, max_tokens=30, seed=5).json()
    streamed = chunks(engine.ask(n=3, max_tokens=30, seed=5, stream=True))
    assert texts(streamed, 3) == [choice["message"]["content"] for choice in whole["choices"]]
    ends = [c for chunk in streamed for c in chunk["choices"] if c["finish_reason"]]
    assert sorted(c["index"] for c in ends) == [0, 1, 2]
    assert all("usage" not in chunk for chunk in streamed)


def test_a_stream_opens_each_reply_with_its_role(engine):
    opening = chunks(engine.ask(n=2, max_tokens=1, stream=True))[:2]
    assert [chunk["choices"][0]["delta"]["role"] for chunk in opening] == ["assistant", "assistant"]


def test_reply_i_is_sampled_with_seed_plus_i(engine):
    vocabulary = FakeVocabulary()
    prompt = vocabulary.tokenize("<|prompter|>", special=True) + vocabulary.tokenize("What is a tree?")
    prompt += vocabulary.tokenize("<eos><|assistant|>", special=True)
    answer = engine.ask(n=2, max_tokens=12, seed=100).json()
    assert answer["usage"]["prompt_tokens"] == len(prompt)
    for index, choice in enumerate(answer["choices"]):
        tokens = expected_tokens(prompt, seed=100 + index, max_tokens=12)
        said = b"".join(vocabulary.piece(token) for token in tokens if token not in vocabulary.end_tokens)
        text = said.decode(errors="ignore")
        assert choice["message"]["content"].rstrip("\ufffd") == text


def test_the_last_chunk_counts_and_says_what_was_reused(engine):
    first = chunks(engine.ask(max_tokens=4, stream=True, stream_options={"include_usage": True}))[-1]
    again = chunks(engine.ask(max_tokens=4, stream=True, stream_options={"include_usage": True}))[-1]
    assert first["choices"] == []
    assert first["usage"]["prompt_tokens_details"]["cached_tokens"] == 0
    reused = again["usage"]["prompt_tokens_details"]["cached_tokens"]
    assert reused == again["usage"]["prompt_tokens"] - 1
    assert again["timings"]["cache_n"] == reused
    assert again["timings"]["prompt_ms"] >= 0


def test_the_first_chunk_with_text_says_what_was_read_for_it(engine):
    for cached in (0, None):
        streamed = chunks(engine.ask(n=2, max_tokens=4, ignore_eos=True, stream=True))
        counting = [chunk for chunk in streamed if "prompt_tokens" in chunk]
        assert len(counting) == 1
        assert counting[0] is next(c for c in streamed if c["choices"][0]["delta"].get("content"))
        whole = engine.ask(max_tokens=1).json()["usage"]
        assert counting[0]["prompt_tokens"] == whole["prompt_tokens"]
        assert counting[0]["cached_tokens"] == (whole["prompt_tokens"] - 1 if cached is None else cached)


def test_completions_continue_a_raw_prompt(engine):
    answer = engine.http.post("/v1/completions", json={"prompt": "The tree", "max_tokens": 5, "n": 2}).json()
    assert answer["object"] == "text_completion"
    assert [set(choice) for choice in answer["choices"]] == [
        {"index", "text", "logprobs", "finish_reason"}
    ] * 2
    streamed = engine.http.post(
        "/v1/completions", json={"prompt": "The tree", "max_tokens": 5, "stream": True}
    )
    assert all("text" in json.loads(data)["choices"][0] for data in events(streamed)[:-1])


def test_completions_take_token_ids(engine):
    answer = engine.http.post("/v1/completions", json={"prompt": [7, 8, 9], "max_tokens": 2}).json()
    assert answer["usage"]["prompt_tokens"] == 3


def test_stop_strings_end_a_reply_and_are_not_part_of_it(engine):
    full = engine.ask(max_tokens=40, seed=3, ignore_eos=True).json()["choices"][0]["message"]["content"]
    word = full.split()[3]
    stopped = engine.ask(max_tokens=40, seed=3, ignore_eos=True, stop=[word]).json()["choices"][0]
    assert stopped["finish_reason"] == "stop"
    assert stopped["message"]["content"] == full[: full.index(word)]


def test_tokenize_counts_a_conversation_without_decoding_it(engine):
    counted = engine.http.post(
        "/tokenize", json={"messages": [{"role": "user", "content": "What is a tree?"}]}
    )
    assert engine.backend.decoded_tokens == 0
    assert counted.json()["count"] == engine.ask(max_tokens=1).json()["usage"]["prompt_tokens"]
    assert counted.json()["max_model_len"] == engine.backend.n_ctx
    assert engine.backend.decoded_tokens > 0, "so it would have been seen"


def test_the_model_list_describes_the_model(engine):
    entry = engine.http.get("/v1/models").json()["data"][0]
    assert entry["id"] == "fake"
    assert entry["max_model_len"] == engine.backend.n_ctx
    assert entry["meta"]["prompt_format"] == "oasst"
    assert entry["meta"]["max_replies"] == engine.backend.max_sequences


def test_as_many_replies_as_the_model_list_says_are_given(start_engine, tmp_path):
    engine = start_engine(states=StateFolder(tmp_path, "ab" * 16, Limits(1 << 20)), max_sequences=8)
    entry = engine.http.get("/v1/models").json()["data"][0]
    assert entry["meta"]["max_replies"] == 7, "one sequence is for saving"
    assert engine.ask(n=7, max_tokens=2).status_code == 200
    refused = engine.ask(n=8, max_tokens=2)
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "n")


def test_the_model_can_be_asked_for_by_its_name(engine):
    assert engine.http.get("/v1/models/fake").json()["max_model_len"] == engine.backend.n_ctx
    for name in ("other", "fa/ke", "%00", "%ff", ""):
        answer = engine.http.get(f"/v1/models/{name}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")


def test_the_openai_package_can_talk_to_it(engine):
    client = openai.OpenAI(base_url=f"http://127.0.0.1:{engine.port}/v1", api_key=TOKEN, max_retries=0)
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello"}]
    assert client.models.list().data[0].id == "fake"
    assert client.models.retrieve("fake").id == "fake"
    answer = client.chat.completions.create(model="any", messages=messages, n=2, max_tokens=5, seed=1)
    stream = client.chat.completions.create(
        model="any",
        messages=messages,
        n=2,
        max_tokens=5,
        seed=1,
        stream=True,
        stream_options={"include_usage": True},
    )
    parts = ["", ""]
    for chunk in stream:
        for choice in chunk.choices:
            parts[choice.index] += choice.delta.content or ""
        usage = chunk.usage
    assert parts == [choice.message.content for choice in answer.choices]
    assert usage == answer.usage or usage.completion_tokens == answer.usage.completion_tokens


def test_the_openai_package_gets_errors_it_understands(engine):
    client = openai.OpenAI(base_url=f"http://127.0.0.1:{engine.port}/v1", api_key=TOKEN, max_retries=0)
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="any", messages=[{"role": "user", "content": "Hi"}], n=0)
    assert refused.value.param == "n"
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(
            base_url=f"http://127.0.0.1:{engine.port}/v1", api_key="no", max_retries=0
        ).models.list()


def test_the_openai_package_is_told_that_the_engine_failed(engine):
    client = openai.OpenAI(base_url=f"http://127.0.0.1:{engine.port}/v1", api_key=TOKEN, max_retries=0)
    asked = {"model": "any", "messages": [{"role": "user", "content": "Hi"}]}
    engine.backend.failures.append(RuntimeError("a bug"))
    with pytest.raises(openai.APIError, match="stopped after an error"):
        for _ in client.chat.completions.create(**asked, stream=True):
            pass
    for stream in (False, True):
        with pytest.raises(openai.InternalServerError) as failed:
            client.chat.completions.create(**asked, stream=stream)
        assert failed.value.status_code == 503
        assert failed.value.code == "engine-failed"
