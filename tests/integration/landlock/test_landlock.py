"""The engine's prison, tried from inside in a real child process."""

import json
import os
import platform
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from oa_desktop.engine import landlock
from oa_desktop.engine.landlock import landlock_abi

CHILD = Path(__file__).with_name("locked_child.py")
DENIED = "PermissionError"

needs_landlock = pytest.mark.skipif(landlock_abi() < 1, reason="this kernel has no Landlock")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a locked-in child could and could not do, by attempt."""
    home = tmp_path_factory.mktemp("home of 'the' \"engine\" #1 %")
    (home / "state").mkdir()
    (home / "model.gguf").write_bytes(b"GGUF")
    (home / "store.sqlite3").write_bytes(b"SQLite format 3\0")
    with (
        socket.create_server(("127.0.0.1", 0)) as open_port,
        socket.socket(socket.AF_UNIX) as abstract,
        socket.socket(socket.AF_UNIX) as bus,
    ):
        abstract.bind("\0" + f"oa-desktop-test-{os.getpid()}")
        abstract.listen()
        bus.bind(str(home / "bus"))
        bus.listen()
        with subprocess.Popen(
            [sys.executable, str(CHILD), str(home), str(open_port.getsockname()[1])],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        ) as child:
            assert child.stdout is not None
            port = int(child.stdout.readline())
            assert child.stdout.readline() == "ready\n"
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            answer = json.loads(child.stdout.readline())
    assert answer["active"], answer
    assert (home / "store.sqlite3").read_bytes() == b"SQLite format 3\0"
    return dict(answer["outcomes"])


@needs_landlock
@pytest.mark.parametrize(
    "attempt",
    [
        "read neighbour",
        "list home",
        "write neighbour",
        "write model",
        "create file",
        "remove model",
        "write passwd",
        "read passwd",
        "read parent environment",
        "run",
        "run shell",
    ],
)
def test_e24_the_locked_engine_is_denied(outcomes: dict[str, str], attempt: str) -> None:
    assert outcomes[attempt] == DENIED


@needs_landlock
@pytest.mark.skipif(landlock_abi() < 4, reason="this Landlock does not know TCP")
@pytest.mark.parametrize("attempt", ["connect", "bind"])
def test_e24_the_locked_engine_reaches_no_network(outcomes: dict[str, str], attempt: str) -> None:
    assert outcomes[attempt] == DENIED


@needs_landlock
@pytest.mark.skipif(platform.machine() not in ("x86_64", "aarch64"), reason="no filter for this processor")
@pytest.mark.parametrize("attempt", ["udp", "socket in the file system", "io_uring"])
def test_e24_the_locked_engine_gets_no_new_sockets(outcomes: dict[str, str], attempt: str) -> None:
    assert outcomes[attempt] == DENIED


@needs_landlock
@pytest.mark.skipif(landlock_abi() < 6, reason="this Landlock does not know signals")
@pytest.mark.parametrize("attempt", ["abstract socket", "kill parent"])
def test_e24_the_locked_engine_cannot_touch_other_processes(outcomes: dict[str, str], attempt: str) -> None:
    assert outcomes[attempt] == DENIED


@needs_landlock
@pytest.mark.parametrize(
    "attempt",
    [
        "read model",
        "write state",
        "replace state",
        "signal itself",
        "count processors",
        "import late",
        "discard",
        "event loop",
        "accept",
    ],
)
def test_e24_the_locked_engine_can_still_work(outcomes: dict[str, str], attempt: str) -> None:
    assert outcomes[attempt] == "allowed"


def test_e24_a_kernel_without_landlock_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "landlock_abi", lambda: 0)
    report = landlock.lock_down([])
    assert not report.active
    assert report.sentence.startswith("The engine is not locked in: this ")


@needs_landlock
@pytest.mark.model
def test_e24_llama_cpp_loads_and_generates_when_locked_in() -> None:
    root = Path(__file__).parents[3]
    script = (
        "import sys, pathlib, llama_cpp\n"
        "from oa_desktop.engine.landlock import lock_down\n"
        "assert lock_down([pathlib.Path(sys.argv[1])]).active\n"
        "model = llama_cpp.Llama(sys.argv[1], n_ctx=64, verbose=False)\n"
        "print(model.create_completion('A', max_tokens=1)['usage']['completion_tokens'])\n"
    )
    model = root / "resources" / "tour" / "tour.gguf"
    run = subprocess.run(
        [sys.executable, "-c", script, str(model)], capture_output=True, text=True, cwd=root, check=False
    )
    assert run.stdout.strip() == "1", run.stderr


@needs_landlock
def test_the_command_reports_what_it_got_as_json() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "oa_desktop.engine.landlock"],
        capture_output=True,
        check=True,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    report = json.loads(run.stdout)
    assert report["active"]
    assert report["abi"] == landlock_abi()
