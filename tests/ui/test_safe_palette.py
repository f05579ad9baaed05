"""Every text of the palettes can be read: contrast of at least 4.5 : 1, from the data the window shows."""

import json
import re

import pytest

from oa_desktop.ui.resources import qml_root

SOURCE = (qml_root() / "OpenAssistant" / "Theme" / "palettes.js").read_text("utf-8")
PALETTES: dict[str, dict[str, str]] = json.loads(
    re.search(r"const palettes = (\{.*\});", SOURCE, re.DOTALL)[1]
)

GROUNDS = ("ground", "panel", "raised")
PAIRS = [
    *[
        (text, ground)
        for text in ("ink", "muted", "accentInk", "machine", "danger", "warning")
        for ground in GROUNDS
    ],
    *[(text, "accentSoft") for text in ("ink", "mutedOnSoft", "accentInk")],
    *[("ink", ground) for ground in ("hover", "pressed", "dangerSoft", "warningSoft", "machineSoft")],
    ("mutedOnSoft", "hover"),
    ("mutedOnSoft", "pressed"),
    ("accentInk", "hover"),
    ("danger", "hover"),
    ("danger", "dangerSoft"),
    ("warning", "warningSoft"),
    ("machine", "machineSoft"),
    ("mutedOnSoft", "dangerSoft"),
    ("mutedOnSoft", "warningSoft"),
    ("inkOnAccent", "accent"),
    ("inkOnAccent", "accentHover"),
    ("inkOnAccent", "accentPressed"),
    ("inkOnDanger", "danger"),
    ("inkOnDanger", "dangerHover"),
    ("selectionInk", "selection"),
    *[(f"code{role}", "code") for role in ("Ink", "Comment", "Keyword", "String", "Number", "Name", "Type")],
    ("codeOperator", "code"),
    ("codeError", "code"),
    ("muted", "code"),
]
OUTLINES = [(line, ground) for line in ("lineStrong", "focus") for ground in GROUNDS]


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", PALETTES)
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_is_readable(mode: str, text: str, ground: str) -> None:
    palette = PALETTES[mode]
    assert contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize("mode", PALETTES)
@pytest.mark.parametrize(("line", "ground"), OUTLINES)
def test_outlines_of_controls_are_visible(mode: str, line: str, ground: str) -> None:
    assert contrast(PALETTES[mode][line], PALETTES[mode][ground]) >= 3


def test_both_palettes_name_the_same_colours() -> None:
    assert list(PALETTES["light"]) == list(PALETTES["dark"])


def test_the_design_colours_are_kept() -> None:
    light, dark = PALETTES["light"], PALETTES["dark"]
    names = ("ground", "panel", "raised", "line", "ink", "muted", "accent", "accentSoft", "machineLine")
    assert [light[name] for name in names] == (
        ["#f6f5f2", "#fdfcfa", "#ffffff", "#e4e1da", "#1f2328", "#6b7078", "#1f7a6c", "#e2f0ec", "#c9962f"]
    )
    assert [dark[name] for name in names] == (
        ["#14161a", "#1b1e23", "#23272e", "#2f343c", "#e9e7e2", "#9aa0a8", "#6fb3a6", "#22342f", "#c9962f"]
    )
