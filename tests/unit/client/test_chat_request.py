"""What a chat request says, and what it leaves to the server."""

from oa_desktop.client.chat_request import chat_body

MESSAGES = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello, I"}]


def test_a_plain_request_leaves_out_what_is_not_said():
    body = chat_body("m", MESSAGES[:1], None, {"temperature": 0.5, "top_k": None})
    assert body == {
        "model": "m",
        "messages": MESSAGES[:1],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
    }


def test_a_reply_is_continued_in_the_words_of_vllm():
    body = chat_body("m", MESSAGES, 5, {}, continue_last=True)
    assert (body["continue_final_message"], body["add_generation_prompt"]) == (True, False)
    assert body["messages"] == MESSAGES


def test_only_who_knows_the_field_is_asked_to_leave_out_turns():
    assert chat_body("m", MESSAGES, 5, {}, truncation=True)["truncation"] == "auto"
    assert "truncation" not in chat_body("m", MESSAGES, 5, {})


def test_a_repetition_penalty_is_said_under_both_names():
    body = chat_body("m", MESSAGES, 5, {"repetition_penalty": 1.2})
    assert body["repetition_penalty"] == body["repeat_penalty"] == 1.2
