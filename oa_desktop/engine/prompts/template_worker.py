"""The process that renders chat templates from model files. They are programs by strangers, so it has
nothing: no files, no network, little memory, two seconds, and nobody who misses it.

Run as `python -m oa_desktop.engine.prompts.template_worker`: JSON lines on stdin, one line each on stdout.
    {"template", "messages", "bos_token", "eos_token", "add_generation_prompt", "output_limit"}
    -> {"text"} or {"error": "violation" | "rejected" | "broken", "message"}
"""

import json
import math
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NoReturn, TextIO

import jinja2
import jinja2.debug
import jinja2.ext
from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from oa_desktop.engine.landlock import lock_down
from oa_desktop.engine.prompts.template_limits import MEMORY_LIMIT_BYTES, RENDER_LIMIT_S

_BINARY_LIMIT: Final = 1_000_000
_ALLOWED_GLOBALS: Final = ("range", "dict", "namespace")


class Rejected(Exception):
    """The template itself refused the messages, by calling `raise_exception`."""


class Environment(ImmutableSandboxedEnvironment):
    """Jinja as Hugging Face sets it up for chat templates, with bounded `*` and `**`."""

    intercepted_binops = frozenset(("*", "**"))

    def call_binop(self, context: jinja2.runtime.Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse results that are large enough to hurt before they are computed."""
        if operator == "**" and _power_bits(left, right) > _BINARY_LIMIT:
            raise SecurityError("a power is too large")
        if operator == "*" and _product_length(left, right) > _BINARY_LIMIT:
            raise SecurityError("a repetition is too long")
        return super().call_binop(context, operator, left, right)


def _power_bits(left: Any, right: Any) -> float:
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return 0
    return math.log2(abs(left) + 1) * min(abs(right), 10**9)


def _product_length(left: Any, right: Any) -> int:
    for sized, count in ((left, right), (right, left)):
        if isinstance(sized, str | list | tuple) and isinstance(count, int):
            return len(sized) * count
    return 0


@lru_cache(maxsize=1)
def compiled(source: str) -> jinja2.Template:
    """The template, ready to run; compiled once."""
    environment = Environment(
        trim_blocks=True, lstrip_blocks=True, extensions=[jinja2.ext.loopcontrols], autoescape=False
    )
    environment.globals = {name: environment.globals[name] for name in _ALLOWED_GLOBALS}
    environment.globals |= {"raise_exception": _reject, "strftime_now": _now}
    environment.filters["tojson"] = _to_json
    return environment.from_string(source)


def render(job: dict[str, Any]) -> dict[str, str]:
    """One answer for one job. Never raises for what a template does within its limits."""
    limit = int(job["output_limit"])
    parts: list[str] = []
    length = 0
    try:
        values = {name: job[name] for name in ("messages", "bos_token", "eos_token", "add_generation_prompt")}
        for part in compiled(job["template"]).generate(**values):
            length += len(part)
            if length > limit:
                return _failure("violation", "it writes too much text")
            parts.append(part)
        return {"text": "".join(parts)}
    except Rejected as error:
        return _failure("rejected", str(error))
    except TemplateSyntaxError as error:
        return _failure("broken", f"line {error.lineno}: {error.message}")
    except (SecurityError, MemoryError, OverflowError, RecursionError) as error:
        return _failure("violation", str(error) or type(error).__name__)
    except TemplateError as error:
        return _failure("broken", error.message or type(error).__name__)
    except Exception as error:
        return _failure("broken", f"{type(error).__name__}: {error}")


def serve(jobs: TextIO, answers: TextIO) -> None:
    """Answer every line until stdin ends. After RENDER_LIMIT_S of work the kernel ends this process."""
    for line in jobs:
        arm = _limit_time()
        arm(RENDER_LIMIT_S)
        answer = render(json.loads(line))
        arm(0)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _limit_time() -> Callable[[float], Any]:
    """The default action of SIGPROF cannot be caught, delayed or stopped by anything a template does."""
    if sys.platform == "win32":
        return lambda _seconds: None  # there the engine's own limit ends this process
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    return lambda seconds: signal.setitimer(signal.ITIMER_PROF, seconds)


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _reject(message: object = "") -> NoReturn:
    raise Rejected(str(message)[:500])


def _now(pattern: str) -> str:
    return datetime.now().astimezone().strftime(pattern)


def _to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _failure(kind: str, message: str) -> dict[str, str]:
    return {"error": kind, "message": message[:500]}


def main() -> None:
    """Lock down, then serve stdin."""
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    lock_down([], devices=False)
    _limit_memory()
    serve(sys.stdin, sys.stdout)


if __name__ == "__main__":
    main()
