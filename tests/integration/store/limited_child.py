"""Use a store under a limit of the system and print what happened as one JSON object.

Run as: python limited_child.py read-only|file-size DATABASE
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from oa_desktop.conversation.message import Message, Role, TreeId, new_message_id
from oa_desktop.errors import StorageError
from oa_desktop.store.store import Store
from oa_desktop.store.worker import StoreWorker

NOBODY = 65534


def add(text: str) -> Any:
    root_id = new_message_id()
    root = Message(root_id, TreeId(root_id), None, Role.PROMPTER, text)
    return lambda store: store.conversations.create(root)


def outcome(worker: StoreWorker, job: Any) -> str:
    try:
        worker.submit(job).result()
    except StorageError as error:
        return error.code
    return "done"


def titles(store: Store) -> list[str]:
    return [line.title for line in store.conversations.list()]


def read_only(path: Path) -> dict[str, Any]:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    worker = StoreWorker.open(path)
    seen = {
        "read_only": worker.read_only,
        "titles": worker.submit(titles).result(),
        "write": outcome(worker, add("x")),
        "search": len(worker.submit(lambda store: store.search("llama")).result()),
    }
    worker.close()
    return seen


def file_size(path: Path) -> dict[str, Any]:
    import resource

    worker = StoreWorker.open(path)
    small = [outcome(worker, add("small")) for _ in range(3)]
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
    refused = [outcome(worker, add("x" * 400_000)) for _ in range(2)]
    reads = worker.submit(lambda store: store.stats().trees).result()
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    again = outcome(worker, add("x" * 400_000))
    trees = worker.submit(lambda store: store.stats().trees).result()
    worker.close()
    return {"small": small, "refused": refused, "reads": reads, "again": again, "trees": trees}


def main() -> None:
    print(json.dumps({"read-only": read_only, "file-size": file_size}[sys.argv[1]](Path(sys.argv[2]))))


main()
