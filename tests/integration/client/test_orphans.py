"""An engine never outlives the app that started it, however the app ends."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

REPOSITORY = Path(__file__).parents[3]
PATIENCE_S = 30
APP = """
import asyncio, sys
from contextlib import aclosing
from pathlib import Path
from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.launch import EngineProcess

async def main():
    options = EngineOptions(Path("fake.gguf"), backend="fake", extra=("--fake-pace", "0.02"))
    engine = await EngineProcess.start(options)
    client = engine.client()
    question = [{"role": "user", "content": "Hi"}]
    async with aclosing(client.chat(question, sampling={"ignore_eos": True})) as replies:
        await anext(replies)
        print(engine.pid, engine.hello.port, flush=True)
        async for _ in replies:
            pass
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.fixture
def app():
    """An app process with an engine in the middle of a reply: (app, engine's process, its port)."""
    process = subprocess.Popen(
        [sys.executable, "-c", APP], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY, env={**os.environ}
    )
    assert process.stdout is not None
    pid, port = (int(word) for word in process.stdout.readline().split())
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    yield process, family, port
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM", "SIGSEGV"])
def test_e23_the_engine_is_gone_soon_after_its_app(app, how):
    """As soon as its stdin closes. Left alone it would go on with its reply, then wait for ever."""
    process, family, port = app
    process.send_signal(getattr(signal, how))
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=PATIENCE_S)
    assert not alive
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=1):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the kernel's death signal")
def test_e23_the_kernel_ends_it_even_when_somebody_holds_its_stdin_open():
    keep_open = """
import os, subprocess, sys
reading, writing = os.pipe()
engine = subprocess.Popen(
    [sys.executable, "-m", "oa_desktop.engine", "--model", "x", "--backend", "fake"],
    stdin=reading, stdout=subprocess.PIPE,
)
os.write(writing, b'{"token": "0123456789abcdef"}\\n')
while b"port" not in engine.stdout.readline():
    pass
holder = subprocess.Popen(["sleep", "300"], pass_fds=[writing], stdout=subprocess.DEVNULL)
print(engine.pid, holder.pid, flush=True)
engine.wait()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", keep_open], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    )
    assert process.stdout is not None
    engine_pid, holder_pid = (int(word) for word in process.stdout.readline().split())
    engine, holder = psutil.Process(engine_pid), psutil.Process(holder_pid)
    try:
        process.kill()
        process.wait()
        assert not psutil.wait_procs([engine], timeout=PATIENCE_S)[1]
        assert holder.is_running()
    finally:
        holder.kill()
        process.stdout.close()
