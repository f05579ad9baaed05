"""Figures, their ratios, and how long a run's measurements are."""

import random

import pytest

from oa_desktop.bench.asking import any_prompt
from oa_desktop.bench.figures import Figure, Findings
from oa_desktop.bench.plan import FULL, QUICK


def test_a_ratio_is_the_middle_of_the_rounds_and_not_of_the_speeds():
    figure = Figure("decode", "one stream", "tokens/s", (10.0, 2.0, 30.0), "bare", (10.0, 4.0, 20.0))
    assert figure.ratios == (1.0, 0.5, 1.5)
    assert figure.ratio == 1.0
    assert figure.value == 10.0
    assert figure.reference_value == 10.0


def test_a_figure_without_a_reference_has_no_ratio():
    figure = Figure("", "start", "s", (1.0,))
    assert figure.ratio is None
    assert figure.reference_value is None


def test_rounds_that_do_not_match_are_a_mistake():
    with pytest.raises(ValueError, match="shorter"):
        _ = Figure("decode", "one stream", "tokens/s", (1.0, 2.0), "bare", (1.0,)).ratio


def test_the_document_has_the_ratios_by_key_and_leaves_out_figures_without_one():
    findings = Findings(
        {"model": "some.gguf"},
        (
            Figure("hop", "hop", "s", (0.1,), "a full read", (1.0,)),
            Figure("", "stop a reply", "s", (0.1,), "one step", (0.1,)),
        ),
    )
    document = findings.as_json()
    assert document["ratios"] == {"hop": 0.1}
    assert document["model"] == "some.gguf"
    assert [figure["name"] for figure in document["figures"]] == ["hop", "stop a reply"]


@pytest.mark.parametrize("plan", [FULL, QUICK])
@pytest.mark.parametrize("context", [256, 512, 1024, 1500])
def test_a_short_context_shortens_every_measurement(plan, context):
    shorter = plan.within(context)
    assert shorter.long_prompt + 1 < context
    assert shorter.trunk + shorter.reply_tokens < context
    assert 0 < shorter.shared < shorter.trunk
    assert shorter.reply_tokens > 1
    assert shorter.decode_tokens > 1


def test_a_long_context_leaves_the_lengths_of_the_published_ratios():
    assert FULL.within(2048) is FULL
    assert (FULL.long_prompt, FULL.trunk, FULL.shared, FULL.reply_tokens) == (1500, 512, 480, 64)


@pytest.mark.parametrize("vocabulary_size", [2, 300, 512, 50_000])
def test_prompts_are_tokens_of_the_vocabulary_and_new_each_time(vocabulary_size):
    randomness = random.Random(0)
    prompts = [any_prompt(64, vocabulary_size, randomness) for _ in range(4)]
    assert all(0 <= token < vocabulary_size for prompt in prompts for token in prompt)
    assert len({tuple(prompt) for prompt in prompts}) == (4 if vocabulary_size > 2 else 1)
