"""The sentences for what goes wrong when the hub is asked. Shows no token and no signed address."""

import re
from dataclasses import dataclass
from typing import Final

from oa_desktop.gguf.errors import printable
from oa_desktop.hub.endpoint import ENDPOINT_VARIABLE, host_of
from oa_desktop.hub.errors import GatedRepo, HubBusy, HubError, HubOffline, HubUnreachable, NotFoundOnHub

AND_GIVE_IT: Final = "and give it to this app"
"""The last step of a hint; a command or a window says how."""

_MOST_SHOWN = 300
_TOKEN = re.compile(r"hf_[A-Za-z0-9_-]{4,}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, to be named in a sentence. has_token: whether one went along."""

    endpoint: str
    what: str = ""
    repo: str = ""
    has_token: bool = False

    @property
    def host(self) -> str:
        """The name of the hub."""
        return host_of(self.endpoint)

    @property
    def page(self) -> str:
        """Where a person reads about the repository and accepts its terms."""
        return f"{self.endpoint}/{printable(self.repo, 100)}"

    @property
    def tokens_page(self) -> str:
        """Where a person makes a token."""
        return f"{self.endpoint}/settings/tokens"


def offline(asked: Asked, variable: str = "") -> HubOffline:
    """Told before anything is sent. variable: the one of the environment that says so, else a setting."""
    told, hint = "The app is told", "Turn “Stay offline” off, or set offline = false in settings.toml."
    if variable:
        told, hint = f"{variable} tells the app", f"Remove {variable} from the environment to use the hub."
    return HubOffline("hub-offline", f"{told} to stay offline, so {asked.host} is not asked.", hint=hint)


def in_circles(asked: Asked) -> HubError:
    """More redirects than any hub needs."""
    return HubError(
        "redirect-refused",
        f"{asked.host} sends the request round in circles.",
        hint=f"Try again later, and check {ENDPOINT_VARIABLE} if it is set.",
    )


def unreadable(asked: Asked, why: str) -> HubError:
    """Something answered, and it does not speak like a hub. why: for the log."""
    return HubError(
        "hub-answer-unreadable",
        f"What came from {asked.host} is not the answer of a hub.",
        detail=shown(why),
        hint="A network that wants a login first answers so: open a page in the browser, then try again.",
    )


def silent(asked: Asked) -> HubUnreachable:
    """Nothing came in time, or too little."""
    return HubUnreachable(
        "hub-silent",
        f"{asked.host} does not answer in time.",
        hint="Check the network, or try again later.",
    )


def unreachable(asked: Asked, said: str, *, no_such_name: bool = False) -> HubUnreachable:
    """There is no connection to it."""
    title = f"{asked.host} cannot be reached"
    return HubUnreachable(
        "hub-unreachable",
        f"{title}: its name cannot be looked up." if no_such_name else f"{title}.",
        detail=said,
        hint="Check the network.",
    )


def cut(asked: Asked, said: str) -> HubUnreachable:
    """The connection ended before the answer was there."""
    return HubUnreachable(
        "hub-cut",
        f"The connection to {asked.host} broke off.",
        detail=said,
        hint="Check the network, or try again.",
    )


def not_trusted(asked: Asked, said: str) -> HubUnreachable:
    """TLS says no."""
    return HubUnreachable(
        "hub-tls",
        f"The connection to {asked.host} could not be made safe: its certificate is not trusted.",
        detail=said,
        hint="Check this machine's clock, and programs that look into encrypted traffic.",
    )


def proxy(asked: Asked, said: str) -> HubUnreachable:
    """The proxy says no."""
    return HubUnreachable(
        "hub-proxy",
        f"The proxy does not let the app through to {asked.host}.",
        detail=said,
        hint="Check the proxy settings of this system.",
    )


def no_proxy(asked: Asked, said: str) -> HubUnreachable:
    """There is no connection to the proxy, so none to the hub is tried."""
    return HubUnreachable(
        "hub-proxy",
        f"The proxy on the way to {asked.host} cannot be reached.",
        detail=said,
        hint="Check the network and the proxy settings of this system.",
    )


def busy(asked: Asked, status: int, said: str, wait_s: float | None) -> HubBusy:
    """It wants to be asked later. wait_s: when, if it says so."""
    slow_down = status == 429
    return HubBusy(
        "hub-rate-limit" if slow_down else "hub-busy",
        f"{asked.host} asks to slow down."
        if slow_down
        else f"{asked.host} has trouble of its own (status {status}).",
        detail=said,
        hint="Try again later.",
        wait_s=wait_s,
    )


def gated(asked: Asked, said: str) -> GatedRepo:
    """The files are for those who accepted the owners' terms."""
    if asked.has_token:
        step = f"Accept them at {asked.page} with the account the token is of, and wait until you are let in."
    else:
        step = f"Accept them at {asked.page}, make a token at {asked.tokens_page}, {AND_GIVE_IT}."
    return GatedRepo(
        "repo-gated",
        f"The owners of {printable(asked.repo, 100)} ask for a login and for their terms to be accepted.",
        detail=said,
        hint=step,
    )


def token_refused(asked: Asked, said: str) -> HubError:
    """It does not know the token, or wants one."""
    return HubError(
        "token-refused",
        f"{asked.host} does not accept the token." if asked.has_token else f"{asked.host} asks for a token.",
        detail=said,
        hint=f"Make a new one at {asked.tokens_page}, {AND_GIVE_IT}.",
    )


def token_invalid(asked: Asked) -> HubError:
    """It cannot even be sent."""
    return HubError(
        "token-invalid",
        "The token for the hub has characters no token has.",
        hint=f"Copy it again from {asked.tokens_page}.",
    )


def refused(asked: Asked, status: int, said: str) -> HubError:
    """It says no, for a reason of its own."""
    return HubError(
        "hub-refused",
        f"{asked.host} refuses {printable(asked.what or asked.repo) or 'this'} (status {status}).",
        detail=said,
        hint="Check what the token may do." if status == 403 and asked.has_token else "Try again later.",
    )


def repo_not_found(asked: Asked, said: str) -> NotFoundOnHub:
    """No such repository, or a private one."""
    return NotFoundOnHub(
        "repo-not-found",
        f"{asked.host} has no repository {printable(asked.repo, 100)}, or hides it.",
        detail=said,
        hint="Check the name; a private repository needs a token that may read it.",
    )


def repo_closed(asked: Asked, said: str) -> NotFoundOnHub:
    """The hub closed it to everybody."""
    return NotFoundOnHub(
        "repo-disabled",
        f"{asked.host} has closed {printable(asked.repo, 100)}.",
        detail=said,
        hint="Choose another model.",
    )


def repo_name_invalid(asked: Asked) -> NotFoundOnHub:
    """No repository is named like that."""
    return NotFoundOnHub(
        "repo-name-invalid",
        f"No repository on the hub can be named {printable(asked.repo, 100)}.",
        hint="It is written owner/name.",
    )


def revision_not_found(asked: Asked, said: str) -> NotFoundOnHub:
    """No such branch, tag or commit, or no longer."""
    return NotFoundOnHub(
        "revision-not-found",
        f"{printable(asked.repo, 100)} does not have this revision, or no longer.",
        detail=said,
        hint="Choose the model again to get its newest files.",
    )


def file_not_found(asked: Asked, said: str) -> NotFoundOnHub:
    """No such file, or no longer."""
    where = f" in {printable(asked.repo, 100)}" if asked.repo else ""
    return NotFoundOnHub(
        "file-not-found",
        f"{asked.host} does not have {printable(asked.what) or 'this'}{where}, or no longer.",
        detail=said,
        hint="Choose another file.",
    )


def shown(text: str) -> str:
    """Foreign words for the log, without the query of an address and without a token."""
    without_query = re.sub(r"\?\S+", "?…", text)
    return printable(_TOKEN.sub("hf_…", without_query), _MOST_SHOWN).strip()
