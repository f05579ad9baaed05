"""Starting and ending engine processes, with real ones and with stand-ins that misbehave."""

import asyncio
import json
import socket
import subprocess
import sys
from contextlib import aclosing, suppress
from pathlib import Path

import psutil
import pytest

from oa_desktop.client import launch
from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.errors import (
    EngineNotResponding,
    EngineProtocolMismatch,
    EngineStartFailed,
    EngineStopped,
)
from oa_desktop.client.events import ChoiceDelta, ChoiceEnd, PromptRead, Usage
from oa_desktop.client.launch import EngineProcess
from oa_desktop.errors import ModelError, UsageError

PATIENCE_S = 60
"""Long enough for any machine: a test that waits so long has failed."""
QUESTION = [{"role": "user", "content": "What is a tree?"}]


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


async def test_an_engine_starts_answers_and_stops(start_process):
    before = children()
    engine = await start_process()
    async with engine.client() as client:
        assert await client.health()
        assert (await client.models())[0].name == "fake"
        assert client.model_name == "fake"
        events = [event async for event in client.chat(QUESTION, n=2, max_tokens=5, seed=1)]
    assert {event.index for event in events if isinstance(event, ChoiceEnd)} == {0, 1}
    assert isinstance(events[0], PromptRead)
    assert all(isinstance(event, ChoiceDelta | ChoiceEnd) for event in events[1:-1])
    assert isinstance(events[-1], Usage)
    assert events[-1].seed == 1
    assert events[-1].first_token_s is not None
    await engine.stop()
    assert not engine.running
    assert children() == before


async def test_progress_and_description_arrive(tmp_path):
    seen: list[float] = []
    engine = await EngineProcess.start(
        EngineOptions(tmp_path / "fake.gguf", backend="fake", ctx=2048), on_progress=seen.append
    )
    try:
        assert seen == [1.0]
        assert engine.handle.model.context_tokens == 2048
        assert engine.handle.model.max_replies > 1
        assert engine.hello.pid == engine.pid
    finally:
        await engine.stop()


async def test_an_engine_that_is_stopped_mid_reply_ends_by_itself(start_process, monkeypatch):
    monkeypatch.setattr(launch, "STOP_TIMEOUT_S", PATIENCE_S)
    engine = await start_process(pace_s=0.05)
    async with (
        engine.client() as client,
        aclosing(client.chat(QUESTION, sampling={"ignore_eos": True})) as replies,
    ):
        await anext(replies)
        await engine.stop()
    assert await engine.wait() is None
    assert engine._child.returncode == 0, "it had to be killed"


async def test_e17_a_taken_port_is_told_and_no_process_stays(tmp_path):
    before = children()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(EngineStartFailed, match=f"Port {port} is already in use") as failed:
            await EngineProcess.start(EngineOptions(tmp_path / "fake.gguf", backend="fake", port=port))
    assert failed.value.code == "port-taken"
    assert failed.value.hint
    assert children() == before


async def test_e17_two_engines_take_two_free_ports(start_process):
    first, second = await start_process(), await start_process()
    assert first.hello.port != second.hello.port


async def test_a_missing_model_is_told_in_one_sentence(tmp_path):
    before = children()
    with pytest.raises(ModelError) as failed:
        await EngineProcess.start(EngineOptions(tmp_path / "missing.gguf"))
    assert "missing.gguf" in failed.value.title
    assert "Traceback" not in failed.value.title + failed.value.detail + failed.value.hint
    assert children() == before


async def test_e02_a_child_that_aborts_on_load_is_named(tmp_path, stand_in):
    abort = stand_in(
        'import os, sys\nsys.stdin.readline()\nprint(\'{"protocol": 1, "loading": 0.5}\', flush=True)\n'
        "print('GGML_ASSERT failed', file=sys.stderr, flush=True)\nos.abort()\n"
    )
    with pytest.raises(EngineStopped, match="while it loaded the model") as stopped:
        await EngineProcess.start(EngineOptions(tmp_path / "x.gguf"), command=abort)
    assert stopped.value.while_loading
    assert "GGML_ASSERT failed" in stopped.value.detail
    if sys.platform != "win32":
        assert stopped.value.signal_number == 6
        assert "signal 6" in stopped.value.title


@pytest.mark.parametrize(
    "line",
    [
        "ggml_aligned_malloc: insufficient memory (attempted to allocate 19.73 MB)",
        "OpenBLAS error: Memory allocation still failed after 10 retries, giving up.",
        "terminate called after throwing an instance of 'std::bad_alloc'",
    ],
)
async def test_e03_a_child_that_aborts_for_want_of_memory_offers_a_smaller_context(tmp_path, stand_in, line):
    abort = stand_in(
        f"import os, sys\nsys.stdin.readline()\nprint({line!r}, file=sys.stderr, flush=True)\n"
        "print('GGML_ASSERT(ctx->mem_buffer != NULL) failed', file=sys.stderr, flush=True)\nos.abort()\n"
    )
    with pytest.raises(EngineStartFailed, match="ran out of memory") as failed:
        await EngineProcess.start(EngineOptions(tmp_path / "x.gguf"), command=abort)
    assert failed.value.code == "out-of-memory"
    assert "smaller context" in failed.value.hint


NO_ROOM_FOR_A_THREAD = """
import resource, sys, threading
from oa_desktop.engine.startup import run
threading.stack_size(1 << 40)
resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits what a process can take")
async def test_e03_no_memory_for_a_thread_is_called_that(tmp_path, stand_in):
    options = EngineOptions(tmp_path / "fake.gguf", backend="fake")
    with pytest.raises(EngineStartFailed, match="not enough free memory") as failed:
        await EngineProcess.start(options, command=stand_in(NO_ROOM_FOR_A_THREAD))
    assert failed.value.code == "out-of-memory"


@pytest.mark.parametrize(
    "line",
    [
        "hello",
        "[]",
        '{"protocol": 2, "pid": 1, "port": 5}',
        '{"protocol": 1}',
        "x" * 600_000,
        '{"protocol": 1, "pid": 1}',
    ],
    ids=["text", "list", "version", "empty", "endless", "incomplete"],
)
async def test_a_program_that_speaks_otherwise_is_refused_and_ended(tmp_path, stand_in, insisting, line):
    before = children()
    speak = stand_in(f"import sys, time\nprint({line!r}, flush=True)\ntime.sleep(60)\n")
    with pytest.raises(EngineProtocolMismatch):
        await EngineProcess.start(EngineOptions(tmp_path / "x.gguf"), command=speak)
    assert children() == before


async def test_a_child_that_exits_silently_is_named_with_its_code(tmp_path, stand_in):
    with pytest.raises(EngineStopped, match="exit code 3"):
        await EngineProcess.start(
            EngineOptions(tmp_path / "x.gguf"), command=stand_in("import sys; sys.exit(3)")
        )


async def test_a_silent_child_is_given_up_on_and_ended(tmp_path, stand_in, insisting):
    before = children()
    with pytest.raises(EngineNotResponding):
        await EngineProcess.start(
            EngineOptions(tmp_path / "x.gguf"),
            command=stand_in("import time; time.sleep(60)"),
            silence_timeout_s=0.3,
        )
    assert children() == before


async def test_a_cancelled_start_leaves_no_process(tmp_path, stand_in, insisting):
    before = children()
    start = asyncio.create_task(
        EngineProcess.start(
            EngineOptions(tmp_path / "x.gguf"), command=stand_in("import time; time.sleep(60)")
        )
    )
    while children() == before:
        await asyncio.sleep(0.01)
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    assert children() == before


async def test_a_program_that_is_not_there_is_told(tmp_path):
    with pytest.raises(EngineStartFailed):
        await EngineProcess.start(EngineOptions(tmp_path / "x.gguf"), command=(str(tmp_path / "no"),))


@pytest.mark.parametrize("token", ["short", "long enough but with spaces", "ключ-из-многих-букв"])
async def test_an_unusable_key_is_refused_before_anything_starts(tmp_path, token):
    with pytest.raises(UsageError, match="16 characters or more"):
        await EngineProcess.start(EngineOptions(tmp_path / "x.gguf", backend="fake"), token=token)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.7", "example.org", ""])
async def test_no_engine_listens_to_other_computers(tmp_path, host):
    with pytest.raises(UsageError, match="this computer only"):
        await EngineProcess.start(EngineOptions(tmp_path / "x.gguf", backend="fake", host=host))


async def test_settings_the_engine_refuses_are_told(tmp_path):
    with pytest.raises(EngineStartFailed, match="does not accept these settings") as refused:
        await EngineProcess.start(EngineOptions(tmp_path / "x.gguf", backend="fake", ctx=-5))
    assert "--ctx" in refused.value.detail


@pytest.mark.parametrize("line", ["", "{}", "[]", '{"token": 5}', '{"token": "short"}', "x" * 10_000])
def test_an_engine_without_a_usable_token_says_so(line):
    command = [sys.executable, "-m", "oa_desktop.engine", "--model", "x", "--backend", "fake"]
    said = subprocess.run(command, input=line + "\n", capture_output=True, text=True, timeout=PATIENCE_S)
    assert said.returncode == 1
    assert json.loads(said.stdout)["error"]["code"] == "no-token"
    assert "Traceback" not in said.stdout + said.stderr


async def test_the_log_goes_to_its_file(start_process, tmp_path):
    log = tmp_path / "engine.log"
    engine = await start_process(log=log)
    await engine.stop()
    assert "locked in" in log.read_text(encoding="utf-8")
    assert "locked in" in engine.log_tail


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_e03_the_engine_goes_first_when_memory_runs_out(start_process):
    engine = await start_process()
    assert Path(f"/proc/{engine.pid}/oom_score_adj").read_text() == "500\n"
    assert psutil.Process(engine.pid).rlimit(psutil.RLIMIT_CORE) == (0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_e24_the_engine_says_that_it_is_locked_in(start_process):
    engine = await start_process()
    assert engine.hello.locked_in
    assert "Landlock" in engine.hello.lockdown


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_e25_the_token_is_in_no_place_another_program_can_read(start_process, tmp_path):
    log = tmp_path / "engine.log"
    engine = await start_process(log=log)
    token = engine.handle.token
    async with engine.client() as client:
        _ = [event async for event in client.chat(QUESTION, max_tokens=3)]
    family = [psutil.Process(engine.pid), *psutil.Process(engine.pid).children(recursive=True)]
    told = []
    for process in family:
        with suppress(psutil.NoSuchProcess):  # the template worker may just be ending
            told.append(json.dumps([process.cmdline(), process.environ()]))
    assert "OA_DESKTOP" in told[0] or "PATH" in told[0], "nothing of the engine could be read"
    assert not any(token in words for words in told)
    assert token not in log.read_text(encoding="utf-8")
    assert token not in repr(engine.handle)


TALKATIVE = """
import sys
sys.stdin.readline()
for _ in range(20_000):
    print("a line of the log that nobody has to read", file=sys.stderr)
sys.stderr.flush()
print('{"protocol": 1, "error": {"code": "done", "title": "All of it was said.", "hint": ""}}', flush=True)
"""


async def test_an_engine_is_listened_to_where_its_log_cannot_be_kept(tmp_path, stand_in):
    options = EngineOptions(tmp_path / "x.gguf", log=tmp_path / "no such folder" / "engine.log")
    with pytest.raises(EngineStartFailed, match="All of it was said"):
        await EngineProcess.start(options, command=stand_in(TALKATIVE), silence_timeout_s=PATIENCE_S)


async def test_a_long_log_is_begun_anew(tmp_path, stand_in):
    log = tmp_path / "engine.log"
    log.write_bytes(b"old\n" * 500_000)
    with pytest.raises(EngineStartFailed):
        await EngineProcess.start(EngineOptions(tmp_path / "x.gguf", log=log), command=stand_in(TALKATIVE))
    assert log.read_bytes().startswith(b"a line")
    assert (tmp_path / "engine.log.1").read_bytes().startswith(b"old")
