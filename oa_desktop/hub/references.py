"""Read what a person pastes as the name of a model on the hub: a name, a page, a file. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reference:
    """A place on the hub. revision: a branch, tag or commit; path: of a file; quantisation: of "repo:Q4_K_M"."""

    repo: str
    revision: str | None = None
    path: str | None = None
    quantisation: str | None = None


def parse_reference(text: str, endpoint: str) -> Reference | None:
    """The place that `text` names, or None when it is words to search for."""
    raise NotImplementedError
