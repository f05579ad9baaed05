"""Where on the hub a model came from: enough to verify it, and to download it again when it is damaged."""

import re
from dataclasses import dataclass

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class HubSource:
    """One file of a repository at one commit, or all parts of a split set in order.

    sha256: what the hub published, one for each path, in lower-case hex.
    title: how the model is called in the catalogue or by the person, may be empty.
    """

    repo: str
    commit: str
    paths: tuple[str, ...]
    sha256: tuple[str, ...]
    title: str = ""

    @property
    def path(self) -> str:
        """The path of the first part."""
        return self.paths[0]


def is_sha256(text: str) -> bool:
    """Whether this is one in lower-case hex."""
    return _SHA256.fullmatch(text) is not None
