"""How fast a download is beside `curl` for the same file from the same server, on loopback.

python3 packaging/dev.py bench-download [--megabytes N] [--rounds N] [--json]

Ours also computes the SHA-256, notes what came, checks the header and flushes the file to the disk; `curl`
does none of that. So there are two ratios: with flushing switched off, as `curl` leaves it to the system, and
the whole beside `curl` followed by a flush of its file. The server runs in a process of its own.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from oa_desktop.hub.api import Hub  # noqa: E402
from oa_desktop.hub.download.fetch import Wanted, fetch  # noqa: E402
from oa_desktop.hub.download.locating import locate  # noqa: E402
from oa_desktop.hub.download.progress import Control  # noqa: E402
from oa_desktop.hub.download.tuning import Tuning  # noqa: E402
from tests.hub_server import HubServer  # noqa: E402
from tests.made_gguf import made_model  # noqa: E402

REPO, FILE = "someone/speed-GGUF", "speed.Q4_K_M.gguf"


def serve(file: Path) -> None:
    """Serve until standard input ends."""
    with HubServer() as server:
        server.add_repo(REPO, {FILE: file})
        print(server.endpoint, flush=True)
        sys.stdin.read()


def with_curl(address: str, target: Path) -> tuple[float, float]:
    """Seconds for `curl -L`, and for that and flushing its file."""
    began = time.perf_counter()
    subprocess.run(["curl", "--silent", "--fail", "--location", "--output", target, address], check=True)
    ended = time.perf_counter()
    with target.open("rb+") as file:
        os.fsync(file.fileno())
    return ended - began, time.perf_counter() - began


def with_ours(endpoint: str, folder: Path, flush: Callable[[int], None]) -> float:
    """Seconds from the name of the file to the file. flush: used in place of `os.fsync`."""
    tuning = replace(Tuning(), spare_bytes=0)
    control = Control()
    hub = Hub(endpoint)
    with patch("os.fsync", flush):
        began = time.perf_counter()
        location = locate(hub, REPO, FILE, "main", control, tuning)
        fetch(hub, Wanted(location, folder / "ours.gguf"), folder, control, tuning)
        return time.perf_counter() - began


def main(arguments: list[str]) -> int:
    """Print the table, or one JSON document."""
    parser = argparse.ArgumentParser(prog="dev.py bench-download", description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        serve(options.serve)
        return 0
    if shutil.which("curl") is None:
        print("This needs curl to compare with.", file=sys.stderr)
        return 1
    os.environ["NO_PROXY"] = "127.0.0.1"
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        result = measure(Path(folder), options.megabytes * 1_000_000, options.rounds)
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        rows = [
            ("curl", result["curl_mb_per_s"], 1.0),
            ("ours, not flushed", result["ours_mb_per_s"], result["ratio"]),
            ("curl and a flush", result["curl_flushed_mb_per_s"], 1.0),
            ("ours", result["ours_flushed_mb_per_s"], result["ratio_flushed"]),
        ]
        for name, rate, ratio in rows:
            print(f"{name:28} {rate:8.0f} MB/s  {ratio:.2f}")
    return 0


def measure(folder: Path, size_bytes: int, rounds: int) -> dict[str, float]:
    """Medians of pairs of runs, each pair one after the other."""
    source = folder / "source.gguf"
    source.write_bytes(made_model(size_bytes))
    size = source.stat().st_size
    command = [sys.executable, __file__, "--serve", source]
    times: dict[str, list[float]] = {"curl": [], "ours": [], "curl_flushed": [], "ours_flushed": []}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        endpoint = server.stdout.readline().strip()
        with_ours(endpoint, folder, lambda _descriptor: None)  # what is imported late is imported now
        for _ in range(rounds):
            seconds = with_curl(f"{endpoint}/{REPO}/resolve/main/{FILE}", folder / "curl.gguf")
            times["curl"].append(seconds[0])
            times["curl_flushed"].append(seconds[1])
            (folder / "curl.gguf").unlink()
            for name, flush in (("ours", lambda _descriptor: None), ("ours_flushed", os.fsync)):
                (folder / "ours.gguf").unlink(missing_ok=True)
                os.sync()
                times[name].append(with_ours(endpoint, folder, flush))
            os.sync()
        server.communicate()
    result = {f"{name}_mb_per_s": size / statistics.median(seconds) / 1e6 for name, seconds in times.items()}
    for key, first, second in (("ratio", "curl", "ours"), ("ratio_flushed", "curl_flushed", "ours_flushed")):
        result[key] = statistics.median(c / o for c, o in zip(times[first], times[second], strict=True))
    return result


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
