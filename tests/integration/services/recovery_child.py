"""Recover a damaged store again and again, killed one step later each time; tell what the next start finds.

    python recovery_child.py WAY FOLDER

A step is the opening, renaming or removing of a file, or a statement of SQLite: of a run of like ones, such
as the rows of one table, the first and then every sixteenth.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))

from oa_desktop.errors import StorageError
from oa_desktop.services.recovery import WayKind, find_ways, take
from oa_desktop.store import connection
from oa_desktop.store.errors import StoreDamaged
from oa_desktop.store.files import StoreFiles
from oa_desktop.store.worker import StoreWorker
from tests.integration.services.damaged_stores import random_page, with_a_backup

_STEPS = ("os.rename", "os.remove", "open")
_LIKE_STATEMENTS = 16
_KIND_LENGTH = 40
"""Statements that begin with as many same characters are taken for like ones."""


def kill_at(step: int, folder: Path) -> None:
    """Die, as by a power switch, before the n-th step of this process."""
    seen = 0

    def count() -> None:
        nonlocal seen
        seen += 1
        if seen == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(event: str, args: tuple[Any, ...]) -> None:
        if event in _STEPS and str(args[0]).startswith(str(folder)):
            count()

    plain = connection.sqlite3.connect
    kind, run = "", 0

    def statement(text: str) -> None:
        nonlocal kind, run
        if text.startswith("-- "):
            return  # what a trigger does, within the statement that set it off
        run = run + 1 if text[:_KIND_LENGTH] == kind else 0
        kind = text[:_KIND_LENGTH]
        if run % _LIKE_STATEMENTS == 0:
            count()

    def traced(*args: Any, **options: Any) -> Any:
        opened = plain(*args, **options)
        opened.set_trace_callback(statement)
        return opened

    connection.sqlite3.connect = traced
    sys.addaudithook(audit)


def in_a_child(action: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            action()
        finally:
            sys.stdout.flush()
            os._exit(0 if sys.exc_info()[0] is None else 1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def recover(kind: WayKind, files: StoreFiles, step: int) -> None:
    problem = StoreDamaged(files.database)
    (way,) = (way for way in find_ways(problem, files.database) if way.kind is kind)
    kill_at(step, files.database.parent)
    take(way, files.database)


def found(files: StoreFiles, damaged: bytes, expected: tuple[int, int]) -> dict[str, Any]:
    """What the next start sees."""
    try:
        worker = StoreWorker.open(files.database)
    except StorageError as error:
        outcome = "old" if files.database.read_bytes() == damaged else f"neither: {error.title}"
    else:
        stats = worker.submit(lambda store: store.stats()).result()
        fits = (stats.trees, stats.messages) == expected and not worker.notices
        outcome = "new" if fits else f"neither: {stats} {worker.notices}"
        worker.close()
    kept = any(
        path.read_bytes() == damaged
        for path in files.database.parent.glob(f"{files.database.name}*")
        if ".corrupt-" not in path.name
    )
    return {"outcome": outcome, "damaged_file_kept": kept}


def main() -> None:
    kind, folder = WayKind(sys.argv[1]), Path(sys.argv[2])
    template = with_a_backup(folder / "template" / "store.sqlite3")
    random_page(template)
    damaged = template.database.read_bytes()
    (way,) = (w for w in find_ways(StoreDamaged(template.database), template.database) if w.kind is kind)
    step, status = 0, -signal.SIGKILL
    while status == -signal.SIGKILL:
        step += 1
        files = StoreFiles(folder / "round" / "store.sqlite3")
        shutil.rmtree(files.database.parent, ignore_errors=True)
        shutil.copytree(template.database.parent, files.database.parent)

        def attempt(files: StoreFiles = files, step: int = step) -> None:
            recover(kind, files, step)

        status = in_a_child(attempt)
        killed = status == -signal.SIGKILL

        def look(files: StoreFiles = files, killed: bool = killed) -> None:
            report = found(files, damaged, (way.conversations, way.messages))
            print(json.dumps(report | {"killed": killed}))

        in_a_child(look)


main()
