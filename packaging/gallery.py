"""Renders the gallery pages of tests/qml/gallery to PNG, light and dark, without a display.

python packaging/gallery.py OUT_FOLDER [PAGE ...]
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

from PySide6 import QtQuick
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine

from oa_desktop.ui.block_list_model import BlockListModel
from oa_desktop.ui.fonts import load_fonts
from oa_desktop.ui.resources import qml_root

PAGES = Path(__file__).resolve().parents[1] / "tests" / "qml" / "gallery"
SETTLE_MS = 400


def render(page: Path, mode: str, out: Path) -> None:
    """One page in one mode."""
    engine = QQmlApplicationEngine()
    engine.addImportPath(str(qml_root()))
    engine.warnings.connect(lambda found: [print(item.toString(), file=sys.stderr) for item in found])
    theme = engine.singletonInstance("OpenAssistant.Theme", "Theme")
    theme.setProperty("mode", mode)
    theme.setProperty("motion", False)
    texts = {path.stem: path.read_text("utf-8") for path in PAGES.glob("*.md")}
    models = {name: BlockListModel(engine) for name in ("left", "right", "bubble")}
    for name, model in models.items():
        model.set_text(texts.get(name, "What is the etymology of the word “barn”?"))
    models["right"].set_error("The engine stopped while it was writing.", "The partial reply was kept.")
    engine.setInitialProperties(models if page.stem == "Blocks" else {})
    engine.load(str(page))
    window = engine.rootObjects()[0]
    assert isinstance(window, QtQuick.QQuickWindow)
    QTimer.singleShot(SETTLE_MS, QCoreApplication.quit)
    QCoreApplication.exec()
    window.grabWindow().save(str(out))
    print(out)


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    application = QGuiApplication(sys.argv[:1])
    load_fonts()
    for page in sorted(PAGES.glob("*.qml")):
        if sys.argv[2:] and page.stem not in sys.argv[2:]:
            continue
        for mode in ("light", "dark"):
            render(page, mode, out / f"{page.stem.lower()}-{mode}.png")
    del application


if __name__ == "__main__":
    main()
