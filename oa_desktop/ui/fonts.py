"""Loads the bundled fonts and makes Inter the application font; other scripts fall back to system fonts."""

import logging

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

from oa_desktop.ui.resources import resource_root

log = logging.getLogger(__name__)

TEXT_FAMILY = "Inter"
CODE_FAMILY = "JetBrains Mono"
BODY_PIXELS = 15


def load_fonts() -> tuple[str, ...]:
    """Register every bundled font and set the application font. GUI thread, after the application object.

    Returns the families that were added. A font that does not load is logged; Qt then falls back by itself.
    """
    families: dict[str, None] = {}
    for path in sorted((resource_root() / "fonts").glob("*.ttf")):
        font_id = QFontDatabase.addApplicationFont(str(path))
        if font_id < 0:
            log.warning("Font %s cannot be loaded", path.name)
            continue
        families.update(dict.fromkeys(QFontDatabase.applicationFontFamilies(font_id)))
    body = QFont(TEXT_FAMILY)
    body.setPixelSize(BODY_PIXELS)
    QGuiApplication.setFont(body)
    return tuple(families)
