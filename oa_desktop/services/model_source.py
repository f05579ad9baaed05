"""Where on the hub a model came from: enough to verify it, and to download it again when it is damaged."""

from dataclasses import dataclass


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
