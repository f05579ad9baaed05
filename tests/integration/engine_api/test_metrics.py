"""The metrics of a running engine over HTTP: they agree with what the clients were told."""

import re

import pytest

STEPS = "oa_engine_step_duration_seconds"


def values(engine) -> dict[str, float]:
    answer = engine.http.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    samples = re.findall(r"^(oa_engine_\S+) (\S+)$", answer.text, re.MULTILINE)
    return {name: float(value) for name, value in samples}


def ended(page: dict[str, float]) -> dict[str, float]:
    found = {re.search(r'outcome="(\w+)"', name): count for name, count in page.items()}
    return {match[1]: count for match, count in found.items() if match}


@pytest.mark.parametrize("can_rewind", [True, False])
def test_the_metrics_add_up_to_what_the_answers_said(start_engine, can_rewind):
    engine = start_engine(can_rewind=can_rewind)
    usages = []
    for question in ("What is a tree?", "What is a tree?", "What is a branch of it?"):
        messages = [{"role": "user", "content": question}]
        usages.append(engine.ask(messages=messages, n=2, max_tokens=20).json()["usage"])
    page = values(engine)
    prompts = sum(usage["prompt_tokens"] for usage in usages)
    cached = sum(usage["prompt_tokens_details"]["cached_tokens"] for usage in usages)
    assert page["oa_engine_read_tokens_total"] + page["oa_engine_reused_tokens_total"] == prompts
    assert page["oa_engine_reused_tokens_total"] == cached > 0
    assert page["oa_engine_generated_tokens_total"] == sum(usage["completion_tokens"] for usage in usages)
    steps = [page[f'{STEPS}_count{{prefill="{prefill}"}}'] for prefill in ("true", "false")]
    assert sum(steps) == engine.loop.stats().steps
    assert min(steps) > 0
    assert page["oa_engine_used_cells"] + page["oa_engine_free_cells"] == page["oa_engine_capacity_cells"]
    assert page["oa_engine_kept_prefixes"] > 0
    assert page["oa_engine_can_rewind"] == can_rewind
    assert ended(page) == {"completed": 3, "cancelled": 0, "refused": 0, "failed": 0}


def test_who_was_told_of_the_end_sees_it_in_the_metrics_at_once(engine):
    for number in range(1, 20):
        engine.ask(max_tokens=2, ignore_eos=True)
        page = values(engine)
        assert ended(page)["completed"] == number
        assert page["oa_engine_generated_tokens_total"] == 2 * number


def test_requests_that_run_wait_leave_and_are_turned_away_are_told_apart(start_engine):
    engine = start_engine(queue=1, max_sequences=1, n_ctx=100_000, cells=200_000)
    long = {"stream": True, "max_tokens": 90_000, "ignore_eos": True}
    body = {"messages": [{"role": "user", "content": "What is a tree?"}], **long}
    with engine.http.stream("POST", "/v1/chat/completions", json=body):
        engine.wait_until(lambda: values(engine)["oa_engine_running_replies"] == 1)
        with engine.http.stream("POST", "/v1/chat/completions", json=body):
            engine.wait_until(lambda: values(engine)["oa_engine_queued_requests"] == 1)
            assert values(engine)["oa_engine_running_requests"] == 1
            assert engine.ask(max_tokens=1).status_code == 429
            assert ended(values(engine))["refused"] == 1
    engine.wait_until(lambda: ended(values(engine))["cancelled"] == 2)
    assert values(engine)["oa_engine_running_replies"] == 0


def test_the_page_is_served_while_a_step_hangs(engine):
    engine.backend.gate.clear()
    body = {"messages": [{"role": "user", "content": "What is a tree?"}], "stream": True}
    with engine.http.stream("POST", "/v1/chat/completions", json=body):
        assert values(engine)["oa_engine_healthy"] == 1
        assert values(engine)["oa_engine_read_tokens_total"] == 0


def test_a_failed_engine_says_so_and_counts_the_requests_it_lost(engine):
    engine.backend.failures.append(RuntimeError("a bug"))
    assert engine.ask(max_tokens=1).status_code >= 500
    page = values(engine)
    assert page["oa_engine_healthy"] == 0
    assert ended(page) == {"completed": 0, "cancelled": 0, "refused": 0, "failed": 1}
