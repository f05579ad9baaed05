"""Whatever a server sends becomes a checked value or one clear error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.client.errors import ReplyUnreadable
from oa_desktop.client.events import ChoiceDelta, ChoiceEnd, PromptRead, TurnsDropped, Usage
from oa_desktop.client.handle import EngineDevice
from oa_desktop.client.reading import describe_model, model_list, parse_json, stream_events

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("choices", "delta", "content", "index", "finish_reason", "usage", "text", "data", "id"),
                    *("dropped_messages", "completion_tokens", "prompt_tokens_details"),
                    *("prompt_tokens", "cached_tokens"),
                ]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


def test_a_chunk_may_bring_text_an_end_and_usage():
    chunk = {
        "choices": [
            {"index": 1, "delta": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"},
            {"index": 0, "delta": {"content": None}, "finish_reason": None},
            {"index": 0, "text": "raw"},
        ],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 1}},
        "timings": {"prompt_ms": 250},
        "seed": 7,
    }
    assert list(stream_events(chunk, 2)) == [
        ChoiceDelta(1, "Hi"),
        ChoiceEnd(1, "stop"),
        ChoiceDelta(0, "raw"),
        Usage(3, 2, 1, 0.25, 7),
    ]


@pytest.mark.parametrize(
    "odd",
    [10**400, float("inf"), float("nan"), -5, True, "250", None],
    ids=["huge", "infinite", "nan", "negative", "true", "text", "null"],
)
def test_a_time_that_is_none_is_not_told(odd):
    chunk = {"usage": {"prompt_tokens": 3, "completion_tokens": 2}, "timings": {"prompt_ms": odd}}
    assert list(stream_events(chunk, 1)) == [Usage(3, 2)]


def test_an_engine_says_what_it_left_out_and_how_long_each_reply_is():
    details = {"cached_tokens": 1, "dropped_messages": 4}
    chunk = {
        "dropped_messages": 4,
        "choices": [{"index": 0, "delta": {}, "finish_reason": "length", "completion_tokens": 12}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 12, "prompt_tokens_details": details},
    }
    assert list(stream_events({"prompt_tokens": 9, "cached_tokens": 7}, 1)) == [PromptRead(9, 7)]
    assert list(stream_events({"prompt_tokens": 9, "cached_tokens": 70}, 1)) == [PromptRead(9, 9)]
    assert list(stream_events(chunk, 1)) == [
        TurnsDropped(4),
        ChoiceEnd(0, "length", 12),
        Usage(3, 12, 1, dropped_messages=4),
    ]


@pytest.mark.parametrize("value", [-1, True, "4", 1.5, [4], 2**64])
def test_a_count_that_is_none_is_not_believed(value):
    chunk = {"dropped_messages": value, "choices": [{"finish_reason": "stop", "completion_tokens": value}]}
    assert list(stream_events(chunk, 1)) == [ChoiceEnd(0, "stop")]


def test_a_server_that_leaves_out_the_index_means_the_only_reply():
    assert list(stream_events({"choices": [{"delta": {"content": "Hi"}}]}, 1)) == [ChoiceDelta(0, "Hi")]


@pytest.mark.parametrize("index", [2, -1, "0", 1.0, True, None])
def test_an_answer_to_a_reply_nobody_asked_for_is_refused(index):
    with pytest.raises(ReplyUnreadable):
        list(stream_events({"choices": [{"index": index, "delta": {"content": "Hi"}}]}, 2))


@pytest.mark.parametrize("text", ["", "{", "[]", "5", "[" * 100_000])
def test_what_is_no_json_object_is_refused(text):
    with pytest.raises(ReplyUnreadable):
        parse_json(text)


@given(ANYTHING)
def test_no_json_breaks_the_reader(value):
    if not isinstance(value, dict):
        return
    try:
        for event in stream_events(value, 3):
            assert isinstance(event, ChoiceDelta | ChoiceEnd | PromptRead | TurnsDropped | Usage)
    except ReplyUnreadable:
        pass
    describe_model(value)
    model_list(value)


def test_a_model_list_of_another_server_is_understood():
    models = model_list(
        {"data": [{"id": "llama", "max_model_len": 4096}, {"id": 5}, "x", {"object": "model"}]}
    )
    assert [(model.name, model.context_tokens, model.max_replies) for model in models] == [("llama", 4096, 1)]


@pytest.mark.parametrize(
    ("entry", "continues", "truncates"),
    [
        ({"id": "m", "meta": {"continuation": True, "truncation": True}}, True, True),
        ({"id": "m", "owned_by": "vllm"}, True, False),
        ({"id": "m", "owned_by": "llamacpp", "meta": {"n_vocab": 5}}, True, False),
        ({"id": "m", "owned_by": "me"}, False, False),
        ({"id": "m", "owned_by": ["vllm"], "meta": {"continuation": "yes", "truncation": 1}}, False, False),
    ],
)
def test_whether_an_engine_goes_on_with_a_reply_is_known_by_what_it_says_or_who_it_is(
    entry, continues, truncates
):
    (model,) = model_list({"data": [entry]})
    assert (model.continues, model.truncates) == (continues, truncates)


def test_names_and_notices_cannot_hide_control_characters():
    model = describe_model({"name": "a\u202eb\x1b[2J", "notices": ["x\ny", 5] + ["z"] * 50})
    assert model.name == "a\ufffdb\ufffd[2J"
    assert model.notices[0] == "x\ufffdy"
    assert len(model.notices) < 25


def test_the_device_of_an_engine_is_read_and_nothing_of_it_is_trusted():
    told = {
        "kind": "cuda",
        "name": "RTX\n4090",
        "layers": 32,
        "offloaded_layers": 99,
        "threads": 8,
        "kv_type": "q8_0",
        "flash_attention": True,
    }
    device = describe_model({"name": "m", "device": told}).device
    assert device == EngineDevice("cuda", "RTX\ufffd4090", 32, 32, 8, "q8_0", flash_attention=True)
    odd = describe_model(
        {"name": "m", "device": {"kind": "cpu", "layers": "all", "flash_attention": 1}}
    ).device
    assert odd == EngineDevice("cpu")


@pytest.mark.parametrize("device", [None, [], "cpu", {}, {"kind": 5}, {"kind": ""}])
def test_an_engine_that_names_no_device_has_none(device):
    assert describe_model({"name": "m", "device": device}).device is None
