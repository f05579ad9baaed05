"""The questions the app has for a hub, put through huggingface_hub. Gives the library's own answers back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from huggingface_hub import HfApi, HfFileMetadata, ModelInfo, get_hf_file_metadata, hf_hub_url

from oa_desktop import __version__
from oa_desktop.hub.errors import HubUnreachable
from oa_desktop.hub.in_time import in_time
from oa_desktop.hub.sentences import Asked, silent
from oa_desktop.hub.session import Patience, asking

LIBRARY = "oa_desktop"
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Questions:
    """One hub and what may be shown to it. Everything raises only children of HubError."""

    endpoint: str
    token: str | None
    patience: Patience

    def __repr__(self) -> str:
        return f"Questions({self.endpoint!r})"

    def search(self, text: str, sort: str, limit: int) -> list[ModelInfo]:
        """Repositories with GGUF files. sort: in the library's words."""

        def question(api: HfApi) -> list[ModelInfo]:
            found = api.list_models(
                filter="gguf",
                search=text or None,
                sort=sort,  # type: ignore[arg-type]
                limit=limit,
                # no cardData: with it the author of one repository could make every search fail
                expand=["downloads", "gated", "gguf", "lastModified", "likes", "siblings", "tags"],
            )
            return list(found)

        return self._ask(question, Asked(self.endpoint, "the search"))

    def model_info(self, repo: str, revision: str) -> ModelInfo:
        """One repository, with the sizes and hashes of its files."""
        return self._ask(
            lambda api: api.model_info(repo, revision=revision, files_metadata=True),
            Asked(self.endpoint, repo=repo),
        )

    def file_metadata(self, repo: str, path: str, revision: str) -> HfFileMetadata:
        """Where a file is, and its size and tag."""

        def question(api: HfApi) -> HfFileMetadata:
            url = hf_hub_url(repo, path, revision=revision, endpoint=self.endpoint)
            return get_hf_file_metadata(
                url,
                token=api.token,
                library_name=LIBRARY,
                library_version=__version__,
                endpoint=self.endpoint,
            )

        return self._ask(question, Asked(self.endpoint, path, repo))

    def whoami(self) -> dict[str, Any]:
        """Whose the token is."""
        return self._ask(lambda api: api.whoami(), Asked(self.endpoint, "the token"))

    def _ask(self, question: Callable[[HfApi], _Answer], asked: Asked) -> _Answer:
        """Not waited for any longer than patience has it, whatever it is that takes so long."""
        asked = Asked(asked.endpoint, asked.what, asked.repo, has_token=self.token is not None)
        try:
            return in_time(lambda: self._answer(question, asked), self.patience.whole_s)
        except TimeoutError:
            raise silent(asked) from None

    def _answer(self, question: Callable[[HfApi], _Answer], asked: Asked) -> _Answer:
        """Once more when the connection breaks before the answer is there: one that lay idle often does."""
        api = HfApi(self.endpoint, self.token or False, LIBRARY, __version__)
        try:
            with asking(asked, self.patience):
                return question(api)
        except HubUnreachable as exc:
            if exc.code != "hub-cut":
                raise
        with asking(asked, self.patience):
            return question(api)
