"""From a command line to a serving engine, in the order that keeps it safe.

Token and socket first, then the template worker, then the prison; only inside it is the model file opened.
"""

import logging
import os
import signal
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from typing import Final

from oa_desktop.engine.announcements import Announcements
from oa_desktop.engine.arguments import Arguments, parse_arguments
from oa_desktop.engine.driver_cache import prepare_driver_cache
from oa_desktop.engine.landlock import LockdownReport, lock_down
from oa_desktop.engine.lifeline import Lifeline, prepare_process, read_token
from oa_desktop.engine.listening import listen
from oa_desktop.engine.load_errors import out_of_memory
from oa_desktop.engine.model_parts import model_parts
from oa_desktop.engine.prompts.families import FAMILIES
from oa_desktop.engine.prompts.template_process import TemplateProcess
from oa_desktop.engine.resume.opening import open_states, prepare_root
from oa_desktop.errors import EngineError, OaError

log = logging.getLogger(__name__)

SAVE_WITHIN_S: Final = 1.2
"""Less than the lifeline's grace: what is being written then can still be finished."""
_NO_LIBRARY: Final = "failed to map segment"
_NO_THREAD: Final = "can't start new thread"
"""What is said where there is no memory left for one."""

CRASHED: Final = 70
"""The exit status when the engine loop failed or hung: a new process is the only cure."""


def run(argv: Sequence[str]) -> int:
    """Serve until the parent or a signal says stop. Returns the exit status: 0, 1, or CRASHED."""
    arguments = parse_arguments(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    announcements = Announcements()
    try:
        return serve(arguments, announcements)
    except OaError as error:
        announcements.failed(error)
        return 1
    except Exception as error:
        log.exception("the engine could not start")
        announcements.failed(_unexpected(error))
        return 1


def serve(arguments: Arguments, announcements: Announcements) -> int:
    """Start everything, announce it and serve. Raises: OaError children for what can go wrong before."""
    token = read_token()
    prepare_process()
    with listen(arguments.host, arguments.port) as listener:
        worker = None if arguments.prompt_format in FAMILIES else TemplateProcess()
        may_write = (*prepare_root(arguments.state_dir), *prepare_driver_cache(arguments.driver_cache))
        report = lock_down(model_parts(arguments.model), may_write)
        log.info("%s", report.sentence)
        lifeline = Lifeline()
        lifeline.watch()

        # Imported inside the prison: their threads are then locked in as well.
        from oa_desktop.engine.api.application import make_application
        from oa_desktop.engine.api.served import ServedModel
        from oa_desktop.engine.loop import EngineLoop
        from oa_desktop.engine.opening import open_backend
        from oa_desktop.engine.prompts.renderer import PromptRenderer
        from oa_desktop.engine.server import Server

        # On a thread that ends: loading decodes already, and OpenMP keeps helpers for every thread that did.
        # With two sets of them for the same cores it lets threads sleep between any two operations.
        started_s = time.monotonic()
        with ThreadPoolExecutor(1, "loading") as loading:
            backend = loading.submit(open_backend, arguments, announcements.loading).result()
        log.info("The model was loaded in %.3f seconds.", time.monotonic() - started_s)
        states = open_states(
            arguments.state_dir, model_parts(arguments.model), backend.state_kind, arguments.state_bytes
        )
        loop = EngineLoop(backend, states=states)
        loop.start()
        if states is not None:
            lifeline.last_act = partial(loop.close, save_within_s=SAVE_WITHIN_S)
        prompts = PromptRenderer(
            backend.model,
            backend.vocabulary,
            worker,
            arguments.prompt_format,
            context_tokens=backend.n_ctx,
        )
        served = ServedModel(loop, prompts)
        port = listener.getsockname()[1]
        server = Server(
            make_application(served, token=token, port=port),
            ready=lambda: announcements.hello(port, served.describe(), _told(report)),
            healthy=loop.watch,
        )
        signal.signal(signal.SIGTERM, _finish_first)
        try:
            server.run(sockets=[listener])
            return 0 if loop.healthy else CRASHED
        finally:
            if loop.hung:
                os._exit(CRASHED)
            loop.close(save_within_s=SAVE_WITHIN_S)
            prompts.close()


def _finish_first(_signal: int, _frame: object) -> None:
    """uvicorn stops at the signal, then raises it again: that would be the end before anything is saved."""


def _told(report: LockdownReport) -> dict[str, object]:
    return {**asdict(report), "sentence": report.sentence}


def _unexpected(error: Exception) -> EngineError:
    if isinstance(error, MemoryError) or any(words in str(error) for words in (_NO_LIBRARY, _NO_THREAD)):
        return out_of_memory("There is not enough free memory for the engine.", "")
    return EngineError(
        "engine-start-failed",
        "The engine could not start.",
        detail=f"{type(error).__name__}: {error}",
        hint="The engine's log says more.",
    )
