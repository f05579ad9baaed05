"""The person's hub token: in the system's keyring, or in HF_TOKEN of the environment; in no file of ours."""

import logging
import os
import re
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from oa_desktop.hub.endpoint import DEFAULT_ENDPOINT
from oa_desktop.hub.errors import HubError
from oa_desktop.paths import APP_NAME

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

VARIABLE: Final = "HF_TOKEN"
_log = logging.getLogger(__name__)
_FORM: Final = re.compile(r"[!-~]{1,1000}")
_NO_KEYRINGS: Final = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
"""Backends that keep nothing, or keep it in a file."""


class TokenStore:
    """Reads and keeps the token of one hub. Blocks: a keyring may ask the person to unlock it.

    One store may be used from several threads. The token is read from the keyring once.
    """

    def __init__(
        self, endpoint: str = DEFAULT_ENDPOINT, environment: Mapping[str, str] | None = None
    ) -> None:
        """endpoint: whose token; what one hub is told stays from the others."""
        self._endpoint = endpoint
        self._environment = os.environ if environment is None else environment
        self._lock = threading.Lock()
        self._known: str | None = None
        self._was_read = False

    def __repr__(self) -> str:
        return f"TokenStore({self._endpoint!r})"

    def get(self) -> str | None:
        """HF_TOKEN when it is set, else what the keyring keeps, else None. Raises nothing."""
        return self._of_environment() or self._of_keyring()

    def set(self, token: str) -> None:
        """Keep it in the keyring. Raises HubError: "keyring-missing", "keyring-failed", "token-invalid"."""
        token = token.strip()
        if not _FORM.fullmatch(token):
            raise HubError(
                "token-invalid",
                "This is no token: it is empty, or has blanks or other signs in it.",
                hint=f"Copy it again from {self._endpoint}/settings/tokens.",
            )
        with self._lock:
            backend = _backend()
            if backend is None:
                raise _missing()
            try:
                backend.set_password(APP_NAME, self._endpoint, token)
                kept = backend.get_password(APP_NAME, self._endpoint) == token
            except Exception as exc:  # a plug-in for one of many systems, which raises what it likes
                raise _failed(exc) from None
            if not kept:
                raise _failed(None)
            self._known, self._was_read = token, True

    def delete(self) -> None:
        """Forget what the keyring keeps; fine when it keeps none. Raises HubError as `set` does."""
        with self._lock:
            backend = _backend()
            if backend is None:
                raise _missing()
            try:
                if backend.get_password(APP_NAME, self._endpoint) is not None:
                    backend.delete_password(APP_NAME, self._endpoint)
            except Exception as exc:  # as above
                raise _failed(exc) from None
            self._known, self._was_read = None, True

    def where(self) -> str:
        """Where the token is: "environment", "keyring", or "" when there is none."""
        if self._of_environment():
            return "environment"
        return "keyring" if self._of_keyring() else ""

    def _of_environment(self) -> str | None:
        return self._environment.get(VARIABLE, "").strip() or None

    def _of_keyring(self) -> str | None:
        with self._lock:
            if not self._was_read:
                self._known, self._was_read = _read(self._endpoint), True
            return self._known


def _read(endpoint: str) -> str | None:
    backend = _backend()
    if backend is None:
        return None
    try:
        return backend.get_password(APP_NAME, endpoint) or None
    except Exception as exc:  # as above; whoever has no token can still do nearly everything
        _log.warning("the keyring gives nothing: %s", type(exc).__name__)
        return None


def _backend() -> "KeyringBackend | None":
    """The first keyring of this system that really is one."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    try:
        chosen = keyring.get_keyring()
        several = chosen.backends if isinstance(chosen, ChainerBackend) else [chosen]
    except Exception as exc:  # as above: looking for plug-ins runs them
        _log.warning("no keyring can be opened: %s", type(exc).__name__)
        return None
    usable = (one for one in several if not type(one).__module__.startswith(_NO_KEYRINGS))
    return next(usable, None)


def _missing() -> HubError:
    return HubError(
        "keyring-missing",
        "This system has no keyring, so the app has no safe place for the token.",
        hint=f"Set {VARIABLE} in the environment, or install a keyring such as GNOME Keyring or KWallet.",
    )


def _failed(exc: Exception | None) -> HubError:
    return HubError(
        "keyring-failed",
        "The system's keyring did not keep the change to the token.",
        detail=type(exc).__name__ if exc else "it gives back another one",
        hint=f"Unlock the keyring and try again, or set {VARIABLE} in the environment.",
    )
