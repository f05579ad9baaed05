"""The listening socket, bound before the engine locks itself in."""

import errno
import socket
import sys

from oa_desktop.errors import EngineError


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on this computer only. port: 0 for any free one. Raises: EngineError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise _refused(host, port, error) from error
    listener.setblocking(False)
    return listener


def _refused(host: str, port: int, error: OSError) -> EngineError:
    if error.errno in {errno.EADDRINUSE, errno.EACCES}:
        taken = error.errno == errno.EADDRINUSE
        why = "is already in use by another program" if taken else "may not be used"
        return EngineError(
            "port-taken" if taken else "port-forbidden",
            f"Port {port} {why}.",
            detail=str(error),
            hint="Choose another port, or 0 for any free one.",
        )
    return EngineError("cannot-listen", f"The engine cannot listen on {host}.", detail=str(error))
