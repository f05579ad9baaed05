"""A child process: locks itself in, tries what it must not be able to do, prints what happened as JSON."""

import asyncio
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from oa_desktop.engine.landlock import lock_down


def _outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as exc:
        return type(exc).__name__
    return "allowed"


def _write(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x")


def _connect(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=2).close()


def _bind() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))


def _io_uring() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(425, 1, ctypes.byref(ctypes.create_string_buffer(120))) < 0:
        raise OSError(ctypes.get_errno(), "io_uring_setup")


def _accept(server: socket.socket) -> None:
    print("ready", flush=True)
    connection, _ = server.accept()
    connection.close()


def main() -> None:
    home, port = Path(sys.argv[1]), int(sys.argv[2])
    model, state = home / "model.gguf", home / "state"
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(20)
    print(server.getsockname()[1], flush=True)
    report = lock_down([model], [state])
    abstract = "\0" + f"oa-desktop-test-{os.getppid()}"
    attempts: dict[str, Callable[[], object]] = {
        "read model": lambda: model.read_bytes(),
        "read neighbour": lambda: (home / "store.sqlite3").read_bytes(),
        "list home": lambda: list(home.iterdir()),
        "write neighbour": lambda: _write(home / "store.sqlite3"),
        "write model": lambda: _write(model),
        "create file": lambda: _write(home / "new"),
        "remove model": model.unlink,
        "write passwd": lambda: _write(Path("/etc/passwd")),
        "read passwd": lambda: Path("/etc/passwd").read_bytes(),
        "read parent environment": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
        "write state": lambda: _write(state / "kv.bin"),
        "replace state": lambda: (state / "kv.bin").replace(state / "kv2.bin"),
        "run": lambda: subprocess.run([sys.executable, "-c", "pass"], check=True),
        "run shell": lambda: os.execv("/bin/sh", ["sh", "-c", "true"]),
        "connect": lambda: _connect(port),
        "bind": _bind,
        "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
        "socket in the file system": lambda: socket.socket(socket.AF_UNIX).connect(str(home / "bus")),
        "io_uring": _io_uring,
        "event loop": lambda: asyncio.new_event_loop().close(),
        "abstract socket": lambda: socket.socket(socket.AF_UNIX).connect(abstract),
        "kill parent": lambda: os.kill(os.getppid(), signal.SIGTERM),
        "signal itself": lambda: os.kill(os.getpid(), 0),
        "count processors": lambda: Path("/sys/devices/system/cpu/online").read_text(),
        "import late": lambda: __import__("sqlite3.dump"),
        "discard": lambda: _write(Path("/dev/null")),
        "accept": lambda: _accept(server),
    }
    outcomes = {name: _outcome(attempt) for name, attempt in attempts.items()}
    print(json.dumps({"abi": report.abi, "active": report.active, "outcomes": outcomes}), flush=True)


if __name__ == "__main__":
    main()
