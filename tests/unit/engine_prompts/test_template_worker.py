"""The worker's render function: what templates may do, and what becomes of those that try more."""

import json

import pytest

from oa_desktop.engine.prompts.template_worker import render

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' }}"
    "{{ message['content'] + '<|im_end|>' }}\n"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def run(template: str, *, limit: int = 10_000) -> dict:
    return render(
        {
            "template": template,
            "messages": [{"role": "user", "content": "Hi"}],
            "bos_token": "<s>",
            "eos_token": "</s>",
            "add_generation_prompt": True,
            "output_limit": limit,
        }
    )


def test_an_ordinary_template_renders():
    assert run(CHATML) == {"text": "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ bos_token }}{{ messages[0].content | trim }}{{ eos_token }}", "<s>Hi</s>"),
        ("{{ messages | tojson }}", '[{"role": "user", "content": "Hi"}]'),
        ("{% for m in messages %}{% break %}{% endfor %}ok", "ok"),
        (
            "{% set s = namespace(n=0) %}{% for i in range(5) %}{% set s.n = s.n + i %}{% endfor %}{{ s.n }}",
            "10",
        ),
        ("{{ 'a' * 3 }}{{ 2 ** 10 }}{{ dict(a=1) | length }}", "aaa10241"),
        ("{% if tools is defined %}no{% else %}yes{% endif %}{{ undefined_thing }}", "yes"),
        ("{{ strftime_now('%Y') | length }}", "4"),
    ],
)
def test_what_real_templates_use_works(template, text):
    assert run(template) == {"text": text}


@pytest.mark.parametrize(
    "template",
    [
        "{{ cycler.__init__.__globals__.os.popen('touch MARKER').read() }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''|attr('__class__')|attr('__mro__') }}",
        "{{ '{0.__class__.__mro__}'.format('') }}",
        "{{ messages.__class__.__base__.__subclasses__() }}",
        "{{ raise_exception.__globals__ }}",
        "{{ strftime_now.__globals__['sys'].modules }}",
        "{{ self.__init__.__globals__ }}",
        "{{ lipsum.__globals__['os'].popen('touch MARKER') }}",
        "{{ joiner.__init__.__globals__ }}",
        "{{ namespace.__init__.__globals__ }}",
        "{% set x = messages[0].__setitem__('role', 'system') %}{{ messages[0].role }}",
        "{{ messages.append(1) }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% extends 'x' %}",
    ],
)
def test_e10_code_execution_is_refused_or_empty(template, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = run(template.replace("MARKER", str(tmp_path / "marker")))
    assert answer.get("error") in {"violation", "broken"} or answer["text"].strip() in {"", "user"}
    assert "root:" not in json.dumps(answer)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "expression",
    [
        "''['__class__']",
        "''['__cla' ~ 'ss__']",
        "''|attr('\\x5f\\x5fclass\\x5f\\x5f')",
        "['']|map(attribute='__class__')|list",
        "messages|map('attr', '__class__')|list",
        "messages|groupby('__class__')",
        "messages|sum(attribute='__class__')",
        "'{0.__class__}'.format('')",
        "'{a.__class__}'.format_map({'a': 1})",
        "('{0.__cl' ~ 'ass__}').format(1)",
        "'{x.__init__.__globals__}'.format(x=raise_exception)",
        "['{0.__class__}']|map('format', 1)|list",
        "raise_exception.__code__.co_consts",
        "raise_exception|attr('__globals__')",
        "strftime_now['__globals__']",
        "dict.mro()",
        "namespace(a=1)._Namespace__attrs",
        "self._TemplateReference__context",
        "(messages|map('upper')).gi_frame.f_globals",
        "(messages|select)|attr('gi_frame')",
        "(messages|select).gi_code",
        "undefined_name._fail_with_undefined_error.__globals__",
        "''.join.__self__.__class__",
        "1.0.real.__class__.__base__",
        "lipsum ~ cycler ~ joiner ~ config ~ request ~ get_flashed_messages",
    ],
)
def test_e10_no_expression_reaches_what_python_is_made_of(expression):
    answer = run("{{ " + expression + " }}")
    said = json.dumps(answer)
    assert answer.get("error") in {"violation", "broken"} or set(answer) == {"text"}
    if "text" in answer:
        for sign in ("<class", "<function", "<module", "<frame", "<code", "builtin", "globals", "object at"):
            assert sign not in said


@pytest.mark.parametrize(
    "template",
    [
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% macro a(n) %}{% for i in range(99999) %}{{ a(n + 1) }}{% endfor %}{% endmacro %}{{ a(0) }}",
        "{% set s = namespace(l=[]) %}{% for i in range(99999) %}{% set s.l = [s.l] %}{% endfor %}{{ s.l }}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{% if 1 %}" * 3000,
        "{{ " + "not " * 20_000 + "1 }}",
        "{{ a" + ".b" * 20_000 + " }}",
    ],
    ids=["macros", "loop", "both", "list", "brackets", "ifs", "nots", "dots"],
)
def test_e11_a_cycle_or_a_depth_without_end_is_a_violation(template):
    assert run(template)["error"] == "violation"


def test_a_namespace_that_holds_itself_is_printed_once():
    answer = run("{% set s = namespace() %}{% set s.a = s %}{{ s }}")
    assert answer == {"text": "<Namespace {'a': <Namespace {...}>}>"}


@pytest.mark.parametrize(
    ("template", "kind"),
    [
        ("{{ 'a' * 10 ** 10 }}", "violation"),
        ("{{ 10 ** 10 * 'a' }}", "violation"),
        ("{{ [1] * 10 ** 9 }}", "violation"),
        ("{{ 9 ** (9 ** 9) }}", "violation"),
        ("{{ 9.5 ** (9 ** 9) }}", "violation"),
        ("{{ range(10 ** 9) | length }}", "violation"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "violation"),
        ("{% for i in range(9999) %}{{ 'x' * 99 }}{% endfor %}", "violation"),
        ("{% for m in messages %}", "broken"),
        ("{{ messages[0].content.nothing.more }}", "broken"),
        ("{{ nothing() }}", "broken"),
        ("{{ 1 + 'a' }}", "broken"),
        ("{{ 1 / 0 }}", "broken"),
        ("{{ raise_exception('Roles must alternate') }}", "rejected"),
    ],
)
def test_e11_trouble_is_told_by_its_kind(template, kind):
    answer = run(template)
    assert answer["error"] == kind
    assert answer["message"]
    assert len(answer["message"]) <= 500


def test_e11_the_template_s_own_words_are_passed_on():
    assert run("{{ raise_exception('Roles must alternate') }}")["message"] == "Roles must alternate"


def test_e11_a_syntax_error_names_its_line():
    assert run("a\n{% if %}\n")["message"].startswith("line 2")
