"""The errors a person may see. A broken invariant is a plain exception, never one of these.

Every layer raises its own child of `OaError`; edges translate what libraries raise.
"""


class OaError(Exception):
    """Expected trouble, told in one sentence.

    code: stable machine-readable name, kebab-case, e.g. "model-truncated".
    title: one sentence a user understands, naming the thing and the cause.
    detail: the place or the numbers, for the log and an unfolded message; may be empty.
    hint: what to do next; may be empty.
    """

    def __init__(self, code: str, title: str, *, detail: str = "", hint: str = "") -> None:
        super().__init__(title)
        self.code = code
        self.title = title
        self.detail = detail
        self.hint = hint

    @property
    def sentence(self) -> str:
        """Title and hint on one line, as the command line prints them."""
        stop = "." if self.hint and not self.title.endswith((".", "!", "?")) else ""
        return f"{self.title}{stop} {self.hint}".strip()


class UsageError(OaError):
    """The request itself is wrong: an empty prompt, a number out of range, an unknown name. Exit code 2."""


class StorageError(OaError):
    """The store cannot be opened, read or written."""


class ExchangeError(OaError):
    """A file cannot be imported or exported."""


class ModelError(OaError):
    """A model file is missing, damaged, of another kind, or too large for this machine."""


class EngineError(OaError):
    """The engine refused a request, stopped, or cannot be reached."""
