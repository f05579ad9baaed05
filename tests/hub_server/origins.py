"""What the hub and its storage answer while nothing goes wrong."""

import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from .answer import Answer
from .contents import Repo, StoredFile, listed_json, make_repo, model_json, tree_json
from .faults import EXPIRED
from .listener import SeenRequest

_FILE = re.compile(r"/(?P<repo>[^/]+(?:/[^/]+)?)/resolve/(?P<revision>[^/]+)/(?P<file>.+)", re.DOTALL)
_MODEL = re.compile(
    r"/api/models/(?P<repo>[^/]+(?:/(?!tree/|revision/)[^/]+)?)"
    r"(?:/(?P<what>tree|revision)/(?P<revision>[^/]+)(?:/(?P<folder>.*))?)?"
)


class Origins:
    """Repositories, the tokens that open them, and signatures. Not for several threads at once.

    endpoint, cdn: to be set before the first request.
    """

    endpoint = cdn = ""

    def __init__(self, page_size: int) -> None:
        self.page_size = page_size
        self._repos: dict[str, Repo] = {}
        self._accepted: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._signatures: dict[str, str] = {}
        self._signed_before: set[str] = set()

    def add_repo(self, repo_id: str, files: Mapping[str, bytes | Path], **facts: Any) -> str:
        """Publish a repository, or a new commit of one; facts as `contents.make_repo`. Returns the commit."""
        repo = make_repo(repo_id, files, earlier=self._repos.get(repo_id), **facts)
        self._repos[repo_id] = repo
        return repo.head

    def remove_repo(self, repo_id: str) -> None:
        """Take a repository away."""
        del self._repos[repo_id]

    def forget_commit(self, repo_id: str, commit: str) -> None:
        """Take a commit out of a repository's history."""
        del self._repos[repo_id].commits[commit]

    def add_token(self, token: str, *, user: str = "somebody", accepted: Sequence[str] = ()) -> None:
        """A token that is valid, and the gated and private repositories it opens."""
        self._accepted[token] = (user, tuple(accepted))

    def expire_signatures(self) -> None:
        """From now on storage refuses every address given out so far."""
        self._signed_before.update(self._signatures)

    def hub(self, request: SeenRequest) -> Answer:
        """What the hub itself answers."""
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

    def storage(self, request: SeenRequest) -> Answer:
        """What the storage answers, to those whose address is signed."""
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
