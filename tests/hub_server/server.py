"""The hub server: what each origin answers, which fault strikes whom, and what was asked."""

import fnmatch
import json
import random
import re
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, unquote, urlsplit

from .answer import Answer
from .contents import Repo, StoredFile, listed_json, make_repo, model_json, tree_json
from .faults import EXPIRED, Fault
from .listener import Listener, SeenRequest

if TYPE_CHECKING:
    import trustme

_FILE = re.compile(r"/(?P<repo>[^/]+(?:/[^/]+)?)/resolve/(?P<revision>[^/]+)/(?P<file>.+)", re.DOTALL)
_MODEL = re.compile(
    r"/api/models/(?P<repo>[^/]+(?:/(?!tree/|revision/)[^/]+)?)"
    r"(?:/(?P<what>tree|revision)/(?P<revision>[^/]+)(?:/(?P<folder>.*))?)?"
)
_HOP = re.compile(r"/__hop__/(?P<left>for-ever|\d+)(?P<target>/.*)", re.DOTALL)


@dataclass
class _Planned:
    faults: tuple[Fault, ...]
    origin: str
    path: str
    method: str
    times: int | None
    skip: int


class HubServer:
    """Two origins on loopback: `endpoint` is the hub, `cdn` its storage; `proxy` is one that may refuse.

    Use as a context manager. Every request is in `requests`, in the order in which they came.
    """

    def __init__(self, *, tls: bool = False, send_buffer: int | None = None, page_size: int = 100) -> None:
        self.requests: list[SeenRequest] = []
        self.page_size = page_size
        self.refuse_proxying = False
        self._changed = threading.Condition(threading.RLock())
        self._repos: dict[str, Repo] = {}
        self._accepted: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._signatures: dict[str, str] = {}
        self._signed_before: set[str] = set()
        self._planned: list[_Planned] = []
        self._chaos: Callable[[SeenRequest, Answer], Fault | None] = lambda _request, _answer: None
        self._fired: list[Fault] = []
        self.authority: trustme.CA | None = None
        context = self._context() if tls else None
        answers = {"hub": self._hub, "cdn": self._storage}
        self._listeners = [
            Listener(name, self._respond(answer), self._note, context, send_buffer)
            for name, answer in answers.items()
        ]
        self._listeners.append(Listener("proxy", self._proxied, self._note, None, None))
        scheme = "https" if tls else "http"
        self.endpoint, self.cdn = (f"{scheme}://127.0.0.1:{one.port}" for one in self._listeners[:2])
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
        repo = make_repo(repo_id, files, earlier=self._repos.get(repo_id), **facts)
        with self._changed:
            self._repos[repo_id] = repo
        return repo.head

    def remove_repo(self, repo_id: str) -> None:
        """Take a repository away."""
        with self._changed:
            del self._repos[repo_id]

    def forget_commit(self, repo_id: str, commit: str) -> None:
        """Take a commit out of a repository's history."""
        with self._changed:
            del self._repos[repo_id].commits[commit]

    def add_token(self, token: str, *, user: str = "somebody", accepted: Sequence[str] = ()) -> None:
        """A token that is valid, and the gated and private repositories it opens."""
        with self._changed:
            self._accepted[token] = (user, tuple(accepted))

    def expire_signatures(self) -> None:
        """From now on storage refuses every address given out so far."""
        with self._changed:
            self._signed_before.update(self._signatures)

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
            self._planned.append(_Planned(faults, origin, path, method, times, skip))

    def chaos(
        self, seed: int, probability: float, faults: Sequence[Fault], *, origin: str = "*", path: str = "*"
    ) -> None:
        """Let any request go wrong with `probability` in one of these ways; a seed gives the same row."""
        dice = random.Random(seed)

        def draw(request: SeenRequest, answer: Answer) -> Fault | None:
            if not _is_meant(request, origin, path, "*") or dice.random() >= probability:
                return None
            possible = [fault for fault in faults if fault.applies(request, answer)]
            return dice.choice(possible) if possible else None

        with self._changed:
            self._chaos = draw

    def no_more_faults(self) -> None:
        """From now on everything works."""
        with self._changed:
            self._planned.clear()
            self._chaos = lambda _request, _answer: None

    def fired(self, kind: type[Any] | None = None) -> int:
        """How often a fault happened. kind: of this class only."""
        with self._changed:
            return sum(1 for fault in self._fired if kind is None or isinstance(fault, kind))

    def drop_connections(self) -> None:
        """End every connection as a network that goes away does."""
        for listener in self._listeners:
            listener.drop_connections()

    def wait_for(self, condition: Callable[[list[SeenRequest]], bool], timeout_s: float = 10) -> None:
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
            return [request for request in self.requests if _is_meant(request, origin, path, method)]

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
                faults = self._strike(request, answer)
                for fault in faults:
                    fault.change(request, answer)
                answer.select_range(request.headers.get("range"), request.headers.get("if-range"))
                for fault in faults:
                    fault.spoil(request, answer)
                request.fault = " ".join(type(fault).__name__ for fault in faults)
                self._changed.notify_all()
                return answer

        return respond

    def _strike(self, request: SeenRequest, answer: Answer) -> Sequence[Fault]:
        chosen: Sequence[Fault] = ()
        for planned in self._planned:
            if not _is_meant(request, planned.origin, planned.path, planned.method):
                continue
            if not all(fault.applies(request, answer) for fault in planned.faults):
                continue
            if planned.skip:
                planned.skip -= 1
                continue
            if planned.times is not None:
                planned.times -= 1
                if not planned.times:
                    self._planned.remove(planned)
            chosen = planned.faults
            break
        else:
            drawn = self._chaos(request, answer)
            chosen = (drawn,) if drawn else ()
        self._fired.extend(chosen)
        return chosen

    def _hub(self, request: SeenRequest) -> Answer:
        path = request.path
        if path == "/api/whoami-v2":
            return self._whoami(request)
        if path == "/api/models":
            return self._search(request)
        if match := _MODEL.fullmatch(path):
            return self._model(request, match)
        if match := _FILE.fullmatch(path):
            return self._resolve(request, match)
        return _problem(404, "", "Sorry, we can't find the page you are looking for.")

    def _whoami(self, request: SeenRequest) -> Answer:
        who = self._accepted.get(_token(request))
        if who is None:
            return _problem(401, "", "Invalid username or password.")
        return _json({"type": "user", "id": "0" * 24, "name": who[0], "fullname": who[0], "orgs": []})

    def _search(self, request: SeenRequest) -> Answer:
        query = request.query
        wanted = query.get("search", [""])[0].lower().split()
        filters = set(query.get("filter", []))
        found = [
            repo
            for repo in self._repos.values()
            if all(word in repo.id.lower() for word in wanted)
            and filters <= set(repo.facts["tags"])
            and (not repo.private or self._may_open(repo, request))
        ]
        order = query.get("sort", ["downloads"])[0]
        found.sort(key=lambda repo: (repo.facts.get(order) or 0, repo.id), reverse=True)
        size = min(int(query.get("limit", ["1000"])[0]), self.page_size)
        start = int(query.get("cursor", ["0"])[0])
        answer = _json([listed_json(repo, query.get("expand", [])) for repo in found[start : start + size]])
        if start + size < len(found):
            target = re.sub(r"[&?]cursor=\d+", "", request.target)
            joint = "&" if "?" in target else "?"
            answer.headers["Link"] = f'<{self.endpoint}{target}{joint}cursor={start + size}>; rel="next"'
        return answer

    def _model(self, request: SeenRequest, match: re.Match[str]) -> Answer:
        found = self._find(request, match["repo"], match["revision"] or "main")
        if isinstance(found, Answer):
            return found
        repo, commit = found
        if match["what"] == "tree":
            return _json(tree_json(repo, commit, match["folder"] or ""))
        return _json(model_json(repo, commit, blobs=request.query.get("blobs", [""])[0].lower() == "true"))

    def _resolve(self, request: SeenRequest, match: re.Match[str]) -> Answer:
        found = self._find(request, match["repo"], match["revision"])
        if isinstance(found, Answer):
            return found
        repo, commit = found
        if repo.gated and not self._may_open(repo, request):
            return _gated(repo, known=_token(request) in self._accepted)
        file = repo.commits[commit].get(match["file"])
        if file is None:
            return _problem(404, "EntryNotFound", "Entry not found")
        headers = {"X-Repo-Commit": commit, "Accept-Ranges": "bytes", "ETag": f'"{file.etag}"'}
        if not file.large:
            return _file(file, headers)
        headers |= {"X-Linked-Size": str(file.size), "X-Linked-ETag": f'"{file.etag}"'}
        return Answer(302, {**headers, "Location": self._signed(file)}, b"")

    def _find(self, request: SeenRequest, repo_id: str, revision: str) -> tuple[Repo, str] | Answer:
        repo = self._repos.get(repo_id)
        if repo is None or (repo.private and not self._may_open(repo, request)):
            known = _token(request) in self._accepted
            return _problem(404 if known else 401, "RepoNotFound", "Repository not found")
        if repo.disabled:
            return _problem(403, "", "Access to this resource is disabled.")
        commit = repo.commit(unquote(revision))
        if commit is None:
            return _problem(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return repo, commit

    def _may_open(self, repo: Repo, request: SeenRequest) -> bool:
        return repo.id in self._accepted.get(_token(request), ("", ()))[1]

    def _signed(self, file: StoredFile) -> str:
        signature = secrets.token_hex(8)
        self._signatures[signature] = file.sha256
        return f"{self.cdn}/objects/{file.sha256}?sig={signature}&expires={int(time.time()) + 3600}"

    def _storage(self, request: SeenRequest) -> Answer:
        sha256 = request.path.removeprefix("/objects/")
        signature = request.query.get("sig", [""])[0]
        if "authorization" in request.headers:
            return Answer(
                400, {"Content-Type": "application/xml"}, b"<Error><Code>InvalidArgument</Code></Error>"
            )
        if self._signatures.get(signature) != sha256 or signature in self._signed_before:
            return Answer(403, {"Content-Type": "application/xml"}, EXPIRED)
        for file in self._files():
            if file.sha256 == sha256:
                return _file(file, {"Accept-Ranges": "bytes", "ETag": f'"{file.sha256}"'})
        return Answer(404, {}, b"")

    def _files(self) -> Iterator[StoredFile]:
        for repo in self._repos.values():
            for files in repo.commits.values():
                yield from files.values()

    def _proxied(self, request: SeenRequest) -> Answer:
        parts = urlsplit(request.target)
        homes = {urlsplit(self.endpoint).netloc: self._hub, urlsplit(self.cdn).netloc: self._storage}
        if self.refuse_proxying or parts.netloc not in homes:
            with self._changed:
                self.requests.append(request)
            return Answer(
                407 if self.refuse_proxying else 502, {"Proxy-Authenticate": "Basic"}, b"", close=True
            )
        request.target = parts._replace(scheme="", netloc="").geturl()
        return self._respond(homes[parts.netloc])(request)


def _is_meant(request: SeenRequest, origin: str, path: str, method: str) -> bool:
    return (
        fnmatch.fnmatchcase(request.origin, origin)
        and fnmatch.fnmatchcase(request.path, path)
        and fnmatch.fnmatchcase(request.method, method)
    )


def _token(request: SeenRequest) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def _json(value: Any) -> Answer:
    return Answer(200, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(value).encode())


def _file(file: StoredFile, headers: dict[str, str]) -> Answer:
    headers["Content-Type"] = "application/octet-stream"
    return Answer(200, headers, file.content, is_file=True)


def _problem(status: int, code: str, message: str) -> Answer:
    headers = {"Content-Type": "application/json", "X-Error-Message": message}
    if code:
        headers["X-Error-Code"] = code
    return Answer(status, headers, json.dumps({"error": message}).encode())


def _gated(repo: Repo, *, known: bool) -> Answer:
    name = quote(repo.id)
    if not known:
        message = f"Access to model {name} is restricted. You must have access to it and be authenticated."
        return _problem(401, "GatedRepo", message)
    return _problem(403, "GatedRepo", f"Access to model {name} is restricted and you are not in the list.")


def _hopped(hop: re.Match[str]) -> Answer:
    if hop["left"] == "for-ever":
        return Answer(302, {"Location": hop[0]}, b"")
    left = int(hop["left"]) - 1
    return Answer(302, {"Location": f"/__hop__/{left}{hop['target']}" if left > 0 else hop["target"]}, b"")
