"""Icons exist, are drawn, and stay inside what clips them, also without a GPU."""

import json
import re
from collections.abc import Iterator

import PySide6.QtQuick
import pytest
from PySide6.QtGui import QIcon, QImage
from PySide6.QtQml import QQmlApplicationEngine
from pytestqt.qtbot import QtBot

from oa_desktop.ui.resources import qml_root, resource_root

ROOT = qml_root() / "OpenAssistant"
SOURCE = (ROOT / "Controls" / "icons.js").read_text("utf-8")
PATHS: dict[str, str] = json.loads(re.search(r"const paths = (\{.*?\n\});", SOURCE, re.DOTALL)[1])
PAGE = """
import QtQuick
import QtQuick.Window
import OpenAssistant.Controls

Window {
    property string name

    color: "white"
    height: 60
    visible: true
    width: 60

    Item {
        clip: true
        height: 30
        width: 60
        y: 30

        Icon { color: "black"; name: NAME; x: 5; y: TOP }
    }
}
"""


def used_names() -> Iterator[tuple[str, str]]:
    for path in ROOT.rglob("*.qml"):
        text = path.read_text("utf-8")
        for line in re.findall(r"(?:iconName|Icon \{[^}]*?\bname):([^\n]*)", text):
            for name in re.findall(r'"([a-zA-Z]+)"', line):
                yield path.name, name


@pytest.mark.parametrize("name", PATHS)
def test_every_icon_is_a_path_on_the_grid(name: str) -> None:
    assert re.fullmatch(r"[MLHVCAZmlhvcsaz0-9 .,-]+", PATHS[name])
    absolute = re.findall(r"M\s*(-?[\d.]+)[ ,](-?[\d.]+)", PATHS[name])
    assert all(0 <= float(value) <= 20 for point in absolute for value in point)


def test_every_icon_a_page_names_exists() -> None:
    unknown = {(file, name) for file, name in used_names() if name not in PATHS and name not in ("icon",)}
    assert not unknown


def drawn(name: str, top: int, qtbot: QtBot) -> QImage:
    engine = QQmlApplicationEngine()
    engine.addImportPath(str(qml_root()))
    engine.loadData(PAGE.replace("NAME", f'"{name}"').replace("TOP", str(top)).encode())
    window = engine.rootObjects()[0]
    assert isinstance(window, PySide6.QtQuick.QQuickWindow)
    qtbot.waitExposed(window)
    image = window.grabWindow()
    window.close()
    return image


def is_white(image: QImage) -> bool:
    return all(
        image.pixelColor(x, y).lightness() > 250 for x in range(image.width()) for y in range(image.height())
    )


def test_an_icon_is_drawn(qtbot: QtBot) -> None:
    assert not is_white(drawn("trash", 5, qtbot))


def test_u09_an_icon_scrolled_out_of_its_list_is_not_drawn(qtbot: QtBot) -> None:
    assert is_white(drawn("trash", -28, qtbot))


def test_the_app_icon_is_a_picture(qapp: object) -> None:
    assert not QIcon(str(resource_root() / "icons" / "app.svg")).pixmap(64, 64).isNull()
    assert not QImage(str(resource_root() / "icons" / "app-256.png")).isNull()
