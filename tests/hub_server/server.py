"""The hub server: its listeners, what was asked of them, and what is to go wrong."""

import re
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from .answer import Answer
from .faults import Fault
from .listener import Listener, SeenRequest
from .origins import Origins
from .plan import Plan, Planned, is_meant

if TYPE_CHECKING:
    import trustme

_HOP = re.compile(r"/__hop__/(?P<left>for-ever|\d+)(?P<target>/.*)", re.DOTALL)


class HubServer:
    """Two origins on loopback: `endpoint` is the hub, `cdn` its storage; `proxy` is one that may refuse.

    Use as a context manager. Every request is in `requests`, in the order in which they came.
    """

    def __init__(self, *, tls: bool = False, send_buffer: int | None = None, page_size: int = 100) -> None:
        self.requests: list[SeenRequest] = []
        self.refuse_proxying = False
        self._changed = threading.Condition(threading.RLock())
        self._origins = Origins(page_size)
        self._plan = Plan()
        self.authority: trustme.CA | None = None
        context = self._context() if tls else None
        answers = {"hub": self._origins.hub, "cdn": self._origins.storage}
        self._listeners = [
            Listener(name, self._respond(answer), self._note, context, send_buffer)
            for name, answer in answers.items()
        ]
        self._listeners.append(Listener("proxy", self._proxied, self._note, None, None))
        scheme = "https" if tls else "http"
        self.endpoint, self.cdn = (f"{scheme}://127.0.0.1:{one.port}" for one in self._listeners[:2])
        self._origins.endpoint, self._origins.cdn = self.endpoint, self.cdn
        self.proxy = f"http://127.0.0.1:{self._listeners[2].port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End everything. May be called twice."""
        for listener in self._listeners:
            listener.close()
        self._listeners = []

    def add_repo(self, repo_id: str, files: Mapping[str, bytes | Path], **facts: Any) -> str:
        """Publish a repository, or a new commit of one; facts as `contents.make_repo`. Returns the commit."""
        with self._changed:
            return self._origins.add_repo(repo_id, files, **facts)

    def remove_repo(self, repo_id: str) -> None:
        """Take a repository away."""
        with self._changed:
            self._origins.remove_repo(repo_id)

    def forget_commit(self, repo_id: str, commit: str) -> None:
        """Take a commit out of a repository's history."""
        with self._changed:
            self._origins.forget_commit(repo_id, commit)

    def add_token(self, token: str, *, user: str = "somebody", accepted: Sequence[str] = ()) -> None:
        """A token that is valid, and the gated and private repositories it opens."""
        with self._changed:
            self._origins.add_token(token, user=user, accepted=accepted)

    def expire_signatures(self) -> None:
        """From now on storage refuses every address given out so far."""
        with self._changed:
            self._origins.expire_signatures()

    def fail(
        self,
        *faults: Fault,
        origin: str = "cdn",
        path: str = "*",
        method: str = "*",
        times: int | None = 1,
        skip: int = 0,
    ) -> None:
        """Let the next matching requests go wrong: all `faults` together. times None: always.

        path, method, origin: shell patterns; a fault that cannot happen to a request waits for the next.
        """
        with self._changed:
            self._plan.add(Planned(faults, origin, path, method, times, skip))

    def chaos(
        self, seed: int, probability: float, faults: Sequence[Fault], *, origin: str = "*", path: str = "*"
    ) -> None:
        """Let any request go wrong with `probability` in one of these ways; a seed gives the same row."""
        with self._changed:
            self._plan.draw_by_lot(seed, probability, faults, origin, path)

    def no_more_faults(self) -> None:
        """From now on everything works."""
        with self._changed:
            self._plan.clear()

    def fired(self, kind: type[Any] | None = None) -> int:
        """How often a fault happened. kind: of this class only."""
        with self._changed:
            return self._plan.fired(kind)

    def drop_connections(self) -> None:
        """End every connection as a network that goes away does."""
        for listener in self._listeners:
            listener.drop_connections()

    def wait_for(self, condition: Callable[[list[SeenRequest]], bool], timeout_s: float = 30) -> None:
        """Return once `condition` of the requests holds. Raises TimeoutError."""
        until = time.monotonic() + timeout_s
        with self._changed:
            while not condition(self.requests):
                # sent_bytes grows without a note, so look again now and then
                if time.monotonic() > until:
                    raise TimeoutError(f"not among {self.requests}")
                self._changed.wait(0.02)

    def seen(self, origin: str = "*", method: str = "*", path: str = "*") -> list[SeenRequest]:
        """The requests so far that match."""
        with self._changed:
            return [request for request in self.requests if is_meant(request, origin, path, method)]

    def _context(self) -> ssl.SSLContext:
        import trustme  # costs every start of the tests a tenth of a second

        self.authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
        return context

    def _note(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _respond(self, answer_of: Callable[[SeenRequest], Answer]) -> Callable[[SeenRequest], Answer]:
        def respond(request: SeenRequest) -> Answer:
            with self._changed:
                self.requests.append(request)
                hop = _HOP.fullmatch(request.target)
                answer = _hopped(hop) if hop else answer_of(request)
                faults = self._plan.strike(request, answer)
                for fault in faults:
                    fault.change(request, answer)
                answer.select_range(request.headers.get("range"), request.headers.get("if-range"))
                for fault in faults:
                    fault.spoil(request, answer)
                request.fault = " ".join(type(fault).__name__ for fault in faults)
                self._changed.notify_all()
                return answer

        return respond

    def _proxied(self, request: SeenRequest) -> Answer:
        parts = urlsplit(request.target)
        hub, storage = urlsplit(self.endpoint).netloc, urlsplit(self.cdn).netloc
        homes = {hub: self._origins.hub, storage: self._origins.storage}
        if self.refuse_proxying or parts.netloc not in homes:
            with self._changed:
                self.requests.append(request)
            return Answer(
                407 if self.refuse_proxying else 502, {"Proxy-Authenticate": "Basic"}, b"", close=True
            )
        request.target = parts._replace(scheme="", netloc="").geturl()
        return self._respond(homes[parts.netloc])(request)


def _hopped(hop: re.Match[str]) -> Answer:
    if hop["left"] == "for-ever":
        return Answer(302, {"Location": hop[0]}, b"")
    left = int(hop["left"]) - 1
    return Answer(302, {"Location": f"/__hop__/{left}{hop['target']}" if left > 0 else hop["target"]}, b"")
