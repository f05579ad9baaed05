"""Sizes, times, dates and verdicts of models in plain words. Pure."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QDate, QLocale

from oa_desktop.gguf.errors import decimal_size, printable
from oa_desktop.hub.quantisations import Size
from oa_desktop.services.fit.estimate import Verdict
from oa_desktop.ui.numbers import number

SIZE_WORDS = {Size.SMALL: "Small", Size.BALANCED: "Balanced", Size.LARGE: "Large"}
FIT_WORDS = {Verdict.FITS: "Fits", Verdict.TIGHT: "Tight", Verdict.TOO_BIG: "Too big", Verdict.UNKNOWN: ""}
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
MOST_LANGUAGES = 3


def joined(*parts: str) -> str:
    """The parts that say something, with a dot between."""
    return " · ".join(part for part in parts if part)


def size_text(size_bytes: int | None) -> str:
    """`4.1 GB`; empty when nobody knows."""
    return decimal_size(size_bytes) if size_bytes else ""


def amount_text(done_bytes: int, total_bytes: int | None) -> str:
    """`1.2 of 4.9 GB`."""
    if not total_bytes:
        return size_text(done_bytes)
    done, total = decimal_size(done_bytes), decimal_size(total_bytes)
    same_unit = done.rpartition(" ")[2] == total.rpartition(" ")[2]
    return f"{done.rpartition(' ')[0] if same_unit else done} of {total}"


def left_text(seconds: float | None) -> str:
    """`4 min left`; empty when nobody knows."""
    if seconds is None or seconds < 0 or seconds > 30 * _DAY:
        return ""
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))} s left"
    if seconds < _HOUR:
        return f"{round(seconds / _MINUTE)} min left"
    hours, minutes = divmod(round(seconds / _MINUTE), 60)
    return f"{hours} h {minutes} min left"


def speed_text(bytes_per_second: float) -> str:
    """`12.3 MB/s`; empty when nothing comes."""
    return f"{decimal_size(round(bytes_per_second))}/s" if bytes_per_second >= 1 else ""


def context_text(tokens: int | None) -> str:
    """`context 8,192`."""
    return f"context {number(tokens)}" if tokens else ""


def licence_text(name: str) -> str:
    """`apache-2.0 licence`; `other` is what the hub calls one of the owner's own. Empty when nobody says."""
    name = printable(name, 40)
    return "own licence" if name.lower() == "other" else f"{name} licence" if name else ""


def languages_text(codes: Sequence[str]) -> str:
    """`English, German and 3 more`; a code that is not known stays one."""
    count = len(codes) if len(codes) <= MOST_LANGUAGES else MOST_LANGUAGES - 1
    shown, more = ", ".join(map(_language, codes[:count])), len(codes) - count
    return f"{shown} and {more} more" if more > 0 else shown


def month_text(moment: datetime | None) -> str:
    """`March 2024`, as the person's system writes it."""
    if moment is None:
        return ""
    locale = QLocale()
    if locale.language() is QLocale.Language.C:
        locale = QLocale(QLocale.Language.English)
    return locale.toString(QDate(moment.year, moment.month, moment.day), "MMMM yyyy")


def parameters_text(count: float | None) -> str:
    """`7.2B` weights."""
    if not count:
        return ""
    for size, unit in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if count >= size:
            return f"{count / size:.1f}{unit}"
    return f"{count:.0f}"


def size_label(word: Size | None, size_bytes: int | None) -> str:
    """A size in plain words: `Balanced · 4.9 GB`."""
    return joined(SIZE_WORDS[word] if word else "", size_text(size_bytes))


def _language(code: str) -> str:
    language = QLocale.codeToLanguage(code[:8])
    if language is QLocale.Language.AnyLanguage:
        return printable(code, 12)
    return QLocale.languageToString(language)
