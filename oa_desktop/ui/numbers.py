"""Numbers as the system of the person writes them."""

from PySide6.QtCore import QLocale


def number(value: float, decimals: int = 0) -> str:
    """`1,900` or `1.900` or `1 900`; in a system without a language as in English, with groups."""
    locale = QLocale()
    if locale.language() is QLocale.Language.C:
        locale = QLocale(QLocale.Language.English)
    return locale.toString(float(value), "f", decimals)


def seconds(value: float) -> str:
    """A duration with a number that has two digits or more: `0.4 s`, `12 s`."""
    return f"{number(value, 0 if value >= 10 else 1)} s"
