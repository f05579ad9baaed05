"""Servers of the chat protocol as other programs meet them: ours by its real command, and a foreign one."""

import os
import re
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

TOUR = Path(__file__).parents[3] / "resources" / "tour" / "tour.gguf"
KEY = "a-key-of-sixteen-letters-and-more"
START_S = 60
OASST_TEMPLATE = (
    "{% for m in messages %}"
    "{{ {'system': '<|system|>', 'user': '<|prompter|>', 'assistant': '<|assistant|>'}[m['role']] }}"
    "{{ m['content'] }}{{ eos_token }}{% endfor %}{{ '<|assistant|>' }}"
)
"""How the tour model's conversations are written, for servers that know no format by its role tokens."""


@dataclass(frozen=True)
class Served:
    """A running server. base_url ends in `/v1`; pid: of the process that was started; said: its output."""

    base_url: str
    key: str
    pid: int
    said: deque[str] = field(default_factory=deque, repr=False)

    @property
    def last_words(self) -> str:
        """The end of what it printed; all of it is there once the server has ended."""
        return "".join(self.said)

    @property
    def port(self) -> int:
        return int(self.base_url.rsplit(":", 1)[1].partition("/")[0])


@contextmanager
def our_server(home: Path, model: str = "tour", port: int = 0) -> Iterator[Served]:
    """`oa-desktop serve`, with a folder of its own."""
    command = [sys.executable, "-m", "oa_desktop", "serve", "--model", model, "--token", KEY]
    command += ["--port", str(port), "--threads", "1"]
    environment = {**os.environ, "OA_DESKTOP_HOME": str(home), "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    with _started(command, environment, r"base_url +(http://\S+)") as (address, pid, said):
        yield Served(address, KEY, pid, said)


@contextmanager
def foreign_server(folder: Path) -> Iterator[Served]:
    """llama-cpp-python's own server, on a copy of the tour model that brings its chat template."""
    model = folder / "with-template.gguf"
    if not model.exists():
        copy = [sys.executable, "-m", "gguf.scripts.gguf_new_metadata", "--chat-template", OASST_TEMPLATE]
        subprocess.run([*copy, str(TOUR), str(model)], check=True, capture_output=True)
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(model), "--model_alias", "theirs"]
    command += ["--host", "127.0.0.1", "--port", "0", "--api_key", KEY, "--n_ctx", "1024"]
    command += ["--n_threads", "1", "--n_threads_batch", "1", "--verbose", "False"]
    with _started(command, dict(os.environ), r"running on (http://\S+)") as (address, pid, said):
        yield Served(f"{address}/v1", KEY, pid, said)


@contextmanager
def _started(
    command: Sequence[str], environment: dict[str, str], announcement: str
) -> Iterator[tuple[str, int, deque[str]]]:
    """Wait for the line that has the address; what the program says after it is read on, and its end kept."""
    program = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        encoding="utf-8",
        errors="replace",
    )
    assert program.stdout is not None
    lines = program.stdout
    overdue = threading.Timer(START_S, program.kill)
    overdue.start()
    said = deque[str](maxlen=20)
    reader = threading.Thread(target=lambda: said.extend(lines), daemon=True)
    try:
        address = None
        while address is None:
            line = lines.readline()
            assert line, "".join(said)
            said.append(line)
            address = re.search(announcement, line)
        overdue.cancel()
        reader.start()
        yield address[1], program.pid, said
    finally:
        overdue.cancel()
        below = _below(program)
        program.terminate()
        try:
            program.wait(10)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
        assert not psutil.wait_procs(below, timeout=20)[1], "it left processes behind"
        if reader.ident is not None:
            reader.join(10)
        lines.close()


def _below(program: subprocess.Popen[str]) -> list[psutil.Process]:
    """The processes it has started; none when it is gone already."""
    try:
        return psutil.Process(program.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
