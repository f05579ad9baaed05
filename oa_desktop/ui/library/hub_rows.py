"""The lines of a hub search; every text in them is somebody's and is made printable here. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from oa_desktop.gguf.errors import printable
from oa_desktop.hub.repos import FoundRepo
from oa_desktop.services.downloads.hub_search import RepoContent
from oa_desktop.services.fit.estimate import FitReport, Verdict
from oa_desktop.ui.conversations.summaries import counted
from oa_desktop.ui.library.choices import Choice
from oa_desktop.ui.library.row_state import Place, RowState
from oa_desktop.ui.library.words import (
    FIT_WORDS,
    context_text,
    joined,
    languages_text,
    licence_text,
    month_text,
    parameters_text,
)


@dataclass(frozen=True, slots=True)
class Opened:
    """What is known of a repository looked into. content: None while it is read, or when that failed."""

    content: RepoContent | None = None
    choices: tuple[Choice, ...] = ()
    chosen: int = 0
    problem: str = ""
    hint: str = ""
    gated: bool = False


@dataclass(frozen=True, slots=True)
class HubRow:
    """One repository. expanded: its files are shown or being read. Other fields as in `CatalogueRow`."""

    key: str
    title: str
    owner: str
    facts: str
    popularity: str
    page_url: str
    gated: bool
    expanded: bool = False
    loading: bool = False
    problem: str = ""
    hint: str = ""
    wants_token: bool = False
    note: str = ""
    choices: list[str] = field(default_factory=list)
    chosen: int = 0
    size_label: str = ""
    technical: str = ""
    quality: str = ""
    fit: str = Verdict.UNKNOWN.value
    fit_text: str = ""
    fit_reason: str = ""
    standing: str = ""
    standing_text: str = ""
    progress: float = -1.0
    download_key: str = ""
    model_ref: str = ""


def hub_row(
    found: FoundRepo,
    page_url: str,
    opened: Opened | None,
    fit: FitReport | None,
    here: Mapping[Place, RowState],
) -> HubRow:
    """The line of one repository, with what is known of its files."""
    owner, _, name = found.id.rpartition("/")
    choice = opened.choices[opened.chosen] if opened and opened.choices else None
    state = here.get((found.id, choice.key), RowState()) if choice else RowState()
    return HubRow(
        key=found.id,
        title=printable(name, 160),
        owner=printable(owner, 80),
        facts=_facts(found),
        popularity=joined(
            counted(found.downloads, "download") if found.downloads else "",
            f"changed in {month_text(found.updated)}" if found.updated else "",
        ),
        page_url=page_url,
        gated=found.gated or bool(opened and opened.gated),
        expanded=opened is not None,
        loading=opened is not None and opened.content is None and not opened.problem,
        problem=_problem(opened),
        hint=opened.hint if opened else "",
        wants_token=bool(opened and opened.gated),
        note=opened.content.note if opened and opened.content else "",
        choices=[option.text for option in opened.choices] if opened else [],
        chosen=opened.chosen if opened else 0,
        size_label=choice.label if choice else "",
        technical=choice.technical if choice else "",
        quality=choice.quality if choice else "",
        fit=fit.verdict.value if fit else Verdict.UNKNOWN.value,
        fit_text=FIT_WORDS[fit.verdict] if fit else "",
        fit_reason=fit.reason if fit else "",
        standing=state.state,
        standing_text=state.text,
        progress=state.progress,
        download_key=state.download_key,
        model_ref=state.ref,
    )


def _facts(found: FoundRepo) -> str:
    weights = parameters_text(found.parameters)
    return joined(
        f"{weights} weights" if weights else "",
        printable(found.architecture, 24),
        languages_text(found.languages),
        context_text(found.context_tokens),
        licence_text(found.licence) or "no licence given",
    )


def _problem(opened: Opened | None) -> str:
    if opened is None:
        return ""
    if opened.content is not None and not opened.choices:
        return "There is no chat model in it that can be used here."
    return opened.problem
