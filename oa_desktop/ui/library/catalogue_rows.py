"""The lines of the catalogue and the recommendation, derived from offers and what is here. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from oa_desktop.gguf.errors import printable
from oa_desktop.hub.catalogue import CatalogueEntry
from oa_desktop.services.fit.estimate import FitReport, Machine, Verdict
from oa_desktop.ui.library.choices import Choice
from oa_desktop.ui.library.row_state import Place, RowState
from oa_desktop.ui.library.words import (
    FIT_WORDS,
    context_text,
    joined,
    languages_text,
    parameters_text,
    size_text,
)

FAMILIES = {
    "OpenAssistant": "Open-Assistant",
    "Taught on OASST": "Taught on Open-Assistant's conversations",
    "Other": "Other open models",
}


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One model that can be had. key: of its entry. choices: its sizes as text; chosen: the place of one.

    head: the section, in its first row.

    fit: fits, tight, too-big or unknown. standing, progress, download_key, model_ref: as in `RowState`.
    """

    key: str
    title: str
    sentence: str
    section: str
    head: str
    choices: list[str]
    chosen: int
    size_label: str
    technical: str
    facts: str
    quality: str
    fit: str
    fit_text: str
    fit_reason: str
    licence: str
    licence_notice: str
    licence_url: str
    page_url: str
    non_commercial: bool
    standing: str = ""
    standing_text: str = ""
    progress: float = -1.0
    download_key: str = ""
    model_ref: str = ""


def catalogue_row(
    entry: CatalogueEntry,
    choices: Sequence[Choice],
    chosen: int,
    fit: FitReport | None,
    here: Mapping[Place, RowState],
    page_url: str,
) -> CatalogueRow:
    """The line of one entry with one of its sizes chosen."""
    choice = choices[chosen]
    state = here.get((entry.repo, choice.key), RowState())
    return CatalogueRow(
        key=entry.id,
        title=printable(entry.title),
        sentence=printable(entry.sentence, 300),
        section=FAMILIES.get(entry.family, FAMILIES["Other"]),
        head="",
        choices=[option.text for option in choices],
        chosen=chosen,
        size_label=choice.label,
        technical=choice.technical,
        facts=joined(
            parameters_text(entry.parameters * 1e9) and f"{parameters_text(entry.parameters * 1e9)} weights",
            _languages(entry.languages),
            context_text(entry.context_tokens),
            printable(entry.licence_name or entry.licence),
        ),
        quality=choice.quality,
        licence=printable(entry.licence_name or entry.licence),
        licence_notice=printable(entry.licence_notice, 600),
        licence_url=entry.licence_url,
        page_url=page_url,
        non_commercial=entry.non_commercial,
        fit=fit.verdict.value if fit else Verdict.UNKNOWN.value,
        fit_text=FIT_WORDS[fit.verdict] if fit else "",
        fit_reason=fit.reason if fit else "",
        standing=state.state,
        standing_text=state.text,
        progress=state.progress,
        download_key=state.download_key,
        model_ref=state.ref,
    )


def in_sections(rows: Sequence[CatalogueRow]) -> list[CatalogueRow]:
    """The sections in the order their first model comes, each with all of its models."""
    order = list(dict.fromkeys(row.section for row in rows))
    ordered = sorted(rows, key=lambda row: order.index(row.section))
    before = ["", *(row.section for row in ordered)]
    return [
        replace(row, head=row.section if row.section != above else "")
        for row, above in zip(ordered, before, strict=False)
    ]


def matching(query: str) -> Callable[[CatalogueEntry], bool]:
    """Whether an entry has every word that was typed."""
    words = query.casefold().split()

    def has_all(entry: CatalogueEntry) -> bool:
        text = f"{entry.title} {entry.id} {entry.repo} {entry.sentence} {entry.licence} {entry.family}"
        return all(word in text.casefold() for word in words)

    return has_all


def machine_text(machine: Machine) -> str:
    """What this machine has, in one line."""
    devices = [d for d in machine.devices if d.takes_layers and not d.shares_memory]
    sharing = [d for d in machine.devices if d.takes_layers and d.shares_memory]
    cards = [
        f"{printable(d.description or d.name, 60)} with {size_text(d.total_bytes)}" for d in devices
    ] or [printable(d.description or d.name, 60) for d in sharing]
    return joined(
        f"{size_text(machine.memory_total)} of memory, {size_text(machine.memory_free)} free",
        ", ".join(cards) or "no graphics card in use",
        f"{size_text(machine.disk_free)} of disk free" if machine.disk_free else "",
    )


def _languages(codes: Sequence[str]) -> str:
    return "many languages" if "mul" in codes or len(codes) > 12 else languages_text(codes)
