"""A child process with little memory: opens a model, prints how often that was begun and how it ended."""

import json
import resource
import sys
from pathlib import Path

from oa_desktop.engine.llama import LlamaBackend, LlamaOptions
from oa_desktop.errors import OaError


def main() -> None:
    """Arguments: the model, the context, and the bytes of memory that may be taken from now on."""
    path, context, room = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    begun: list[float] = []
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + room, taken + room))
    outcome: dict[str, object]
    try:
        options = LlamaOptions(n_ctx=context, cells=context, threads=1)
        backend = LlamaBackend.open(path, options, lambda done: begun.append(done) if done == 0 else None)
    except OaError as error:
        outcome = {"code": error.code, "title": error.title, "hint": error.hint}
    else:
        outcome = {"n_ctx": backend.n_ctx, "cells": backend.cells, "notices": backend.notices}
        backend.close()
    print(json.dumps({**outcome, "tries": len(begun)}))


if __name__ == "__main__":
    main()
