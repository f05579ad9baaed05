"""Hostile chat templates against the real worker process, and what the engine does about them."""

import json
import os
import queue
import signal
import subprocess
import sys

import pytest

from oa_desktop.engine.backend import ModelFacts
from oa_desktop.engine.prompts.families import FAMILIES
from oa_desktop.engine.prompts.messages import ChatMessage, Conversation, Role
from oa_desktop.engine.prompts.renderer import PromptRenderer
from oa_desktop.engine.prompts.template_process import (
    TemplateBroken,
    TemplateProcess,
    TemplateRejected,
    TemplateViolation,
)
from tests.unit.engine_prompts import vocabularies
from tests.unit.engine_prompts.test_template_worker import CHATML

NESTED_LOOPS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
QUESTION = Conversation((ChatMessage(Role.USER, "Hi"),))


def job(template: str) -> dict:
    return {
        "template": template,
        "messages": [{"role": "user", "content": "Hi"}],
        "bos_token": "",
        "eos_token": "",
        "add_generation_prompt": True,
        "output_limit": 1_000_000,
    }


@pytest.fixture
def worker():
    process = TemplateProcess()
    process.render(job("warm"))
    yield process
    process.close()


@pytest.fixture
def renderer():
    """A renderer of a model whose file has this template."""
    started: list[PromptRenderer] = []

    def start(template: str | None, vocabulary=None, wanted: str | None = None) -> PromptRenderer:
        facts = ModelFacts("Some model", "", "llama", 1024, 0, 0, template)
        renderer = PromptRenderer(
            facts, vocabulary or vocabularies.chatml(), TemplateProcess(), wanted, context_tokens=1024
        )
        started.append(renderer)
        return renderer

    yield start
    for each in started:
        each.close()


def test_a_worker_answers_again_and_again(worker):
    for _ in range(3):
        assert "Hi" in worker.render(job(CHATML))
    with pytest.raises(TemplateRejected, match="no"):
        worker.render(job("{{ raise_exception('no') }}"))
    with pytest.raises(TemplateBroken):
        worker.render(job("{{ nothing() }}"))
    assert "Hi" in worker.render(job(CHATML))


@pytest.mark.parametrize(
    "template",
    [
        NESTED_LOOPS,
        "{% set v = namespace(s='aaaa') %}{% for i in range(64) %}{% set v.s = v.s ~ v.s %}{% endfor %}",
        "{{ '%999999999999d' % 5 }}",
        "{{ 'x'.center(10 ** 12) }}",
        "{{ 'x' | center(10 ** 12) }}",
        "{{ 'a'.join(range(99999)) | replace('a', 'a' * 99999) | replace('a', 'a' * 99999) | length }}",
    ],
    ids=["loops", "doubling", "percent", "center", "filter", "replace"],
)
def test_e11_time_and_memory_are_bounded(worker, template):
    with pytest.raises((TemplateViolation, TemplateBroken)):
        worker.render(job(template))


def test_e11_a_worker_that_broke_its_limit_is_gone(worker):
    with pytest.raises(TemplateViolation, match="did not finish within 2 seconds"):
        worker.render(job(NESTED_LOOPS))
    worker._child.wait(60)
    assert not worker.running
    with pytest.raises(TemplateViolation):
        worker.render(job(CHATML))


@pytest.mark.skipif(sys.platform == "win32", reason="counts the seconds of the clock there")
def test_e11_only_the_seconds_of_the_processor_are_counted():
    """A machine that is busy or asleep takes none of a template's two seconds."""
    lazy = """
import threading
from oa_desktop.engine.prompts import template_worker
arm = template_worker._limit_time()
arm(0.1)
threading.Event().wait(0.5)
print("waited", flush=True)
while True:
    pass
"""
    said = subprocess.run([sys.executable, "-c", lazy], capture_output=True, text=True, timeout=60)
    assert said.stdout == "waited\n"
    assert said.returncode == -signal.SIGPROF


class FrozenMeanwhile(queue.Queue):
    """Its waits are over at once for a while, as they are for a process that was frozen and goes on."""

    waits = 0

    def get(self, block: bool = True, timeout: float | None = None) -> bytes:
        self.waits += 1
        if self.waits <= 2:
            raise queue.Empty
        return super().get(block, timeout)


def test_e11_an_engine_that_was_frozen_waits_for_its_worker(worker):
    worker._answers = answers = FrozenMeanwhile()
    assert "Hi" in worker.render(job(CHATML))
    assert answers.waits > 2


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock")
def test_e24_the_worker_can_open_write_run_and_reach_nothing(tmp_path):
    """Not through a template, but as if one had escaped from the sandbox."""
    probe = f"""
import json, os, socket, subprocess, sys
from oa_desktop.engine.landlock import lock_down
from oa_desktop.engine.prompts import template_worker
def attempt(act):
    try:
        act()
    except OSError:
        return "denied"
    return "done"
template_worker.serve = lambda *_: print(json.dumps([
    attempt(lambda: open("/etc/passwd").read()),
    attempt(lambda: open({str(tmp_path / "marker")!r}, "w")),
    attempt(lambda: subprocess.run(["/bin/true"])),
    attempt(lambda: socket.create_connection(("127.0.0.1", 9), timeout=1)),
    attempt(lambda: os.kill({os.getpid()}, 0)),
]))
template_worker.main()
"""
    said = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, timeout=20, check=True
    )
    assert json.loads(said.stdout) == ["denied"] * 5
    assert list(tmp_path.iterdir()) == []


def test_a_good_template_is_used(renderer):
    good = renderer(CHATML)
    assert good.name == "template"
    assert good.notices == ()
    prompt = good.prepare(QUESTION)
    vocabulary = vocabularies.chatml()
    assert vocabulary.spell(prompt.tokens) == "«<|im_start|>»user\nHi«<|im_end|>»\n«<|im_start|>»assistant\n"
    assert prompt.stop_ids == {
        vocabulary.special_token("<|im_start|>"),
        vocabulary.special_token("<|im_end|>"),
    }
    assert prompt.stop_strings == ()


@pytest.mark.parametrize(
    ("template", "why"),
    [
        (NESTED_LOOPS, "did not finish within 2 seconds"),
        ("{{ 'a' * 10 ** 10 }}", "too long"),
        ("{{ cycler.__init__.__globals__.os.popen('touch marker').read() }}", "unsafe"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "chat template"),
        ("{% for %}", "line 1"),
        ("Hello", "does not print the user's message"),
        ("{{ raise_exception('never') }}", "refuses a plain question (never)"),
        ("{{ raise_exception('\\ud800') }}", "refuses a plain question (\ufffd)"),
        ("{{ 'spam ' * 50000 }}{{ messages[0].content }}", "writes more around a question"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "recursion"),
        ("{% include self %}", "does not work"),
        ("{% extends '/etc/passwd' %}", "does not work"),
    ],
    ids=[
        *("loops", "memory", "globals", "mro", "syntax", "silent", "refuses", "half a character", "drowned"),
        *("cyclic macro", "cyclic include", "file"),
    ],
)
def test_e10_e11_a_bad_template_is_replaced_with_a_notice(renderer, template, why, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bad = renderer(template)
    prompt = bad.prepare(QUESTION)
    assert bad.name == "chatml"
    assert vocabularies.chatml().spell(prompt.tokens).endswith("assistant\n")
    assert len(bad.notices) == 1
    assert why in bad.notices[0]
    assert "chatml is used" in bad.notices[0]
    assert list(tmp_path.iterdir()) == []


def test_e10_a_template_that_writes_half_a_character_can_still_be_read(renderer):
    half = renderer("{{ '\\ud800' }}{{ messages[0].content }}")
    assert half.name == "template"
    assert vocabularies.chatml().spell(half.prepare(QUESTION).tokens).endswith("\ufffdHi")


def test_e11_a_template_that_turns_bad_later_is_replaced_then(renderer):
    turns_bad = CHATML + "{% if messages | length > 2 %}" + NESTED_LOOPS + "{% endif %}"
    late = renderer(turns_bad)
    assert late.name == "template"
    late.prepare(QUESTION)
    longer = Conversation((*QUESTION.messages, ChatMessage(Role.ASSISTANT, "Hello"), *QUESTION.messages))
    assert late.prepare(longer).tokens
    assert late.name == "chatml"
    assert len(late.notices) == 1


def test_a_template_that_refuses_later_says_so_in_its_own_words(renderer):
    alternating = (
        "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('Roles must alternate') }}{% endif %}{{ m.content }}{% endfor %}"
    )
    strict = renderer(alternating)
    with pytest.raises(TemplateRejected, match="Roles must alternate"):
        strict.prepare(Conversation(QUESTION.messages * 2))
    assert strict.name == "template"
    assert strict.prepare(QUESTION).tokens


def test_a_template_that_stumbles_over_some_messages_is_kept_for_the_others(renderer):
    stumbles = "{% for m in messages %}{{ m.content }}{{ (1 / 0) if loop.index0 > 1 }}{% endfor %}"
    kept = renderer(stumbles)
    with pytest.raises(TemplateRejected, match="division by zero"):
        kept.prepare(Conversation(QUESTION.messages * 3))
    assert kept.name == "template"
    assert kept.notices == ()
    assert kept.prepare(QUESTION).tokens


def test_a_template_without_system_turns_gets_the_system_text_in_the_question(renderer):
    no_system = (
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
        "<{{ m.role }}>{{ m.content }}{% endfor %}"
    )
    folding = renderer(no_system)
    asked = Conversation((ChatMessage(Role.SYSTEM, "Be kind."), *QUESTION.messages))
    assert vocabularies.chatml().spell(folding.prepare(asked).tokens).endswith("<user>Be kind.\n\nHi")


def test_role_tokens_of_open_assistant_beat_a_template(renderer):
    assert renderer(CHATML, vocabularies.pythia()).name == "oasst"
    assert renderer(CHATML, vocabularies.pythia(), "template").name == "template"
    assert renderer(CHATML, vocabularies.chatml(), "guanaco").name == "guanaco"


def test_e09_a_base_model_gets_a_default_and_a_notice(renderer):
    base = renderer(None, vocabularies.plain())
    assert base.name == "guanaco"
    assert "base model" in base.notices[0]
    assert base.prepare(QUESTION).stop_strings == ("### Human:", "### Assistant:")


def test_a_missing_template_that_was_asked_for_is_told(renderer):
    assert "no chat template" in renderer(None, vocabularies.chatml(), "template").notices[0]


def test_role_names_that_are_no_tokens_stop_as_text(renderer):
    prompt = renderer(None, vocabularies.plain(), "zephyr").prepare(QUESTION)
    assert set(prompt.stop_strings) == {"<|user|>", "<|assistant|>", "<|system|>"}
    assert prompt.stop_ids == frozenset()


@pytest.mark.parametrize("name", FAMILIES)
def test_a_format_that_was_asked_for_is_used_whatever_the_file_says(renderer, name):
    for vocabulary in (vocabularies.pythia(), vocabularies.llama3(), vocabularies.plain()):
        forced = renderer(CHATML, vocabulary, name)
        assert forced.name == name
        assert "Hi" in vocabulary.spell(forced.prepare(QUESTION).tokens)


def test_role_names_that_are_no_tokens_are_told_when_a_format_was_asked_for(renderer):
    (notice,) = renderer(None, vocabularies.pythia(), "chatml").notices
    assert "no <|im_start|> and no <|im_end|>" in notice
    assert "plain text" in notice
    assert renderer(None, vocabularies.chatml(), "chatml").notices == ()
    assert renderer(CHATML, vocabularies.plain(), "chatml").notices == ()
