"""What the app logs goes to a file of its own: never to the terminal, which belongs to the person."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG_NAME = "app.log"
_LARGEST_BYTES = 1 << 20


def keep_log(folder: Path, level: int = logging.WARNING) -> None:
    """Log to a file in `folder` from now on; where that cannot be written, log nothing. Once is enough."""
    if any(isinstance(handler, RotatingFileHandler) for handler in logging.getLogger().handlers):
        return
    logging.raiseExceptions = False  # a full disk must not print a traceback for every line
    try:
        handler = RotatingFileHandler(
            folder / LOG_NAME, maxBytes=_LARGEST_BYTES, backupCount=3, encoding="utf-8"
        )
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(level)
