"""What a search found, as lines and as JSON. Names and licences of the hub are somebody's words."""

import textwrap
from collections.abc import Iterator
from typing import Any

from oa_desktop.gguf.errors import decimal_size, printable
from oa_desktop.hub.quantisations import Size, quality_sentence, size_word
from oa_desktop.hub.repo_files import RepoModel
from oa_desktop.hub.repos import FoundRepo
from oa_desktop.services.downloads.recommendations import Offer
from oa_desktop.services.fit.estimate import FitReport, Verdict

_INDENT, _WIDEST = 25, 110
_FITS = {Verdict.FITS: "fits", Verdict.TIGHT: "tight", Verdict.TOO_BIG: "too big", Verdict.UNKNOWN: "?"}
_SIZES = {Size.SMALL: "Small", Size.BALANCED: "Balanced", Size.LARGE: "Large"}


def offer_lines(offer: Offer, columns: int) -> Iterator[str]:
    """A known model: its name and numbers, and below what it is good for and what to know."""
    entry = offer.entry
    size = decimal_size(offer.size_bytes) if offer.size_bytes else ""
    facts = [size, _size(offer.file.quantisation), _FITS[offer.fit.verdict], entry.licence]
    if entry.non_commercial:
        facts.append("not for commercial use")
    if offer.recommended:
        facts.append("recommended for this machine")
    yield f"{entry.id:{_INDENT}}{' · '.join(fact for fact in facts if fact)}"
    yield from textwrap.wrap(
        f"{entry.title}. {entry.sentence}",
        max(min(columns, _WIDEST), 2 * _INDENT),
        initial_indent=" " * _INDENT,
        subsequent_indent=" " * _INDENT,
    )


def repo_line(repo: FoundRepo) -> str:
    """A repository of the hub."""
    facts = [
        _parameters(repo.parameters),
        printable(repo.licence, 40),
        f"{repo.downloads:,} downloads" if repo.downloads else "",
        f"changed {repo.updated:%Y-%m-%d}" if repo.updated else "",
        "terms to accept first" if repo.gated else "",
    ]
    return f"{printable(repo.id):60} {' · '.join(fact for fact in facts if fact)}"


def file_line(model: RepoModel, fit: FitReport) -> str:
    """One model of a repository."""
    size = decimal_size(model.size_bytes) if model.size_bytes else "?"
    facts = [_size(model.quantisation), _FITS[fit.verdict]]
    if len(model.parts) > 1:
        facts.append(f"{len(model.parts)} parts")
    return f"  {printable(model.name):58} {size:>9}  {' · '.join(fact for fact in facts if fact)}"


def offer_document(offer: Offer) -> dict[str, Any]:
    """All that is known of an offer."""
    entry, file = offer.entry, offer.file
    return {
        "id": entry.id,
        "title": entry.title,
        "family": entry.family,
        "repo": entry.repo,
        "file": file.path,
        "quantisation": file.quantisation,
        "quantisations": [other.quantisation for other in entry.files],
        "size": offer.size.value if offer.size else None,
        "size_bytes": offer.size_bytes,
        "recommended": offer.recommended,
        **_fit_document(offer.fit),
        "licence": entry.licence,
        "licence_notice": entry.licence_notice,
        "licence_url": entry.licence_url,
        "non_commercial": entry.non_commercial,
        "languages": list(entry.languages),
        "context_tokens": entry.context_tokens or None,
        "prompt_format": entry.prompt_format,
        "parameters": round(entry.parameters * 1e9),
        "sentence": entry.sentence,
    }


def repo_document(repo: FoundRepo) -> dict[str, Any]:
    """What the hub said of a repository."""
    return {
        "id": repo.id,
        "downloads": repo.downloads,
        "likes": repo.likes,
        "updated": repo.updated.isoformat() if repo.updated else None,
        "gated": repo.gated,
        "licence": repo.licence or None,
        "languages": list(repo.languages),
        "parameters": repo.parameters,
        "architecture": repo.architecture or None,
        "context_tokens": repo.context_tokens,
    }


def file_document(model: RepoModel, fit: FitReport) -> dict[str, Any]:
    """One model of a repository, with the hashes the hub publishes."""
    size = size_word(model.quantisation)
    return {
        "paths": [part.path for part in model.parts],
        "sha256": [part.sha256 for part in model.parts],
        "size_bytes": model.size_bytes,
        "quantisation": model.quantisation or None,
        "size": size.value if size else None,
        "quality": quality_sentence(model.quantisation) or None,
        **_fit_document(fit),
    }


def _fit_document(fit: FitReport) -> dict[str, Any]:
    return {"fit": fit.verdict.value, "fit_reason": fit.reason, "need_bytes": fit.need_bytes or None}


def _size(quantisation: str) -> str:
    word = size_word(quantisation)
    name = printable(quantisation, 24)
    return f"{_SIZES[word]} ({name})" if word else name


def _parameters(count: int | None) -> str:
    for size, unit in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if count and count >= size:
            return f"{count / size:.1f}{unit}"
    return ""
