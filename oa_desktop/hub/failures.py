"""Says what huggingface_hub and its HTTP client raise as children of HubError."""

import socket
import ssl
from collections.abc import Iterator

import httpx2
from huggingface_hub import errors as upstream
from huggingface_hub.utils import parse_ratelimit_headers  # type: ignore[attr-defined]

from oa_desktop.hub import sentences
from oa_desktop.hub.download.answers import retry_after_s
from oa_desktop.hub.endpoint import offline_variable
from oa_desktop.hub.errors import HubError
from oa_desktop.hub.proxies import proxy_for
from oa_desktop.hub.sentences import Asked

EXPECTED = (
    upstream.EntryNotFoundError,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    httpx2.StreamError,
    OSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
)
"""What asking a hub may raise: what is on the way there, and what the library makes of answers it trusts."""

_BUSY = (408, 425, 429, 500, 502, 503, 504)


def translated(exc: BaseException, asked: Asked) -> HubError:
    """The same trouble in a sentence. The order is that of upstream's classes, the narrow ones first."""
    match exc:
        case HubError():
            return exc
        case upstream.GatedRepoError():
            return sentences.gated(asked, _said(exc))
        case upstream.DisabledRepoError():
            return sentences.repo_closed(asked, _said(exc))
        case upstream.RevisionNotFoundError():
            return sentences.revision_not_found(asked, _said(exc))
        case upstream.LocalEntryNotFoundError() if exc.__cause__ is not None:
            return translated(exc.__cause__, asked)
        case upstream.EntryNotFoundError():
            return sentences.file_not_found(asked, _said(exc))
        case upstream.RepositoryNotFoundError():
            about = sentences.token_refused if _is_about_token(exc) else sentences.repo_not_found
            return about(asked, _said(exc))
        case upstream.HfHubHTTPError():
            return _by_status(exc, asked)
        case upstream.OfflineModeIsEnabled():
            return sentences.offline(asked, offline_variable())
        case upstream.HFValidationError():
            return sentences.repo_name_invalid(asked)
        case upstream.LocalTokenNotFoundError():
            return sentences.token_refused(asked, _said(exc))
        case httpx2.TooManyRedirects():
            return sentences.in_circles(asked)
    return _of_network(exc, asked)


def _by_status(exc: upstream.HfHubHTTPError, asked: Asked) -> HubError:
    headers, status, said = exc.response.headers, exc.response.status_code, _said(exc)
    if status == 401:
        if asked.has_token or not asked.repo or _is_about_token(exc):
            return sentences.token_refused(asked, said)
        return sentences.repo_not_found(asked, said)
    if status in (404, 410):
        return sentences.file_not_found(asked, said)
    if status == 407:
        return sentences.proxy(asked, said)
    if status not in _BUSY:
        return sentences.refused(asked, status, said)
    wait_s = retry_after_s(headers.get("Retry-After", ""))
    if wait_s is None and status == 429:
        limit = parse_ratelimit_headers(headers)
        wait_s = float(limit.reset_in_seconds) if limit and not limit.remaining else None
    return sentences.busy(asked, status, said, wait_s)


def _of_network(exc: BaseException, asked: Asked) -> HubError:
    causes, said = tuple(_causes(exc)), _said(exc)
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return sentences.not_trusted(asked, said)
    match exc:
        case httpx2.ProxyError():
            return sentences.proxy(asked, said)
        case httpx2.TimeoutException():
            return sentences.silent(asked)
        case httpx2.ConnectError() if proxy_for(asked.endpoint):
            return sentences.no_proxy(asked, said)
        case httpx2.ConnectError():
            no_such_name = any(isinstance(cause, socket.gaierror) for cause in causes)
            return sentences.unreachable(asked, said, no_such_name=no_such_name)
        case httpx2.TransportError():
            return sentences.cut(asked, said)
    return sentences.unreadable(asked, f"{type(exc).__name__}: {exc}")


def _causes(exc: BaseException) -> Iterator[BaseException]:
    now: BaseException | None = exc
    for _ in range(20):
        if now is None:
            return
        yield now
        now = now.__cause__ or now.__context__


def _is_about_token(exc: BaseException) -> bool:
    response = getattr(exc, "response", None)
    return response is not None and "credentials" in response.headers.get("X-Error-Message", "").lower()


def _said(exc: BaseException) -> str:
    """For the log: the words of the server or the library."""
    response = getattr(exc, "response", None)
    if response is None:
        return sentences.shown(str(exc))
    return sentences.shown(f"{response.status_code} {response.headers.get('X-Error-Message', '')}")
