"""Foreign text reaches the window only through the Safe* controls: the QML is searched for other ways."""

import re
from pathlib import Path

import pytest

from oa_desktop.ui.resources import qml_root

ROOT = qml_root() / "OpenAssistant"
FILES = sorted(ROOT.rglob("*.qml"))
SYSTEM = {ROOT / "Controls", ROOT / "Blocks"}
PAGES = [path for path in FILES if path.parent not in SYSTEM]

BARE = [
    "Text",
    "Label",
    "Button",
    "ItemDelegate",
    "ToolButton",
    "TabButton",
    "RoundButton",
    "MenuItem",
    "Menu",
    "MenuBar",
    "MenuBarItem",
    "CheckDelegate",
    "RadioDelegate",
    "SwitchDelegate",
    "SwipeDelegate",
    "Action",
    "ComboBox",
    "CheckBox",
    "RadioButton",
    "Switch",
    "DelayButton",
    "GroupBox",
    "TextField",
    "TextArea",
    "TextInput",
    "TextEdit",
    "ToolTip",
    "Dialog",
    "DialogButtonBox",
    "Image",
    "AnimatedImage",
    "BorderImage",
    "SpinBox",
    "TabBar",
    "Tumbler",
    "TextMetrics",
    "Slider",
    "MessageDialog",
]
BARE_TYPE = re.compile(rf"(?<![\w.])(?:[A-Z]\w*\.)?({'|'.join(BARE)})\s*\{{")
RICH = re.compile(r"(?:Text|TextEdit)\.(?:RichText|StyledText|MarkdownText|AutoText)\b|textFormat\s*:\s*\d")
ATTACHED_TIP = re.compile(r"ToolTip\.(?:text|visible|show)\b")
STYLE_IMPORT = re.compile(r"^import QtQuick\.Controls\b(?!\.Basic)", re.MULTILINE)
OPENING = re.compile(r"\bopenUrlExternally\b")

MAY_BE_RICH = {ROOT / "Blocks" / "MarkupText.qml"}
MAY_BE_TEXT = {ROOT / "Controls" / "SafeText.qml"}
MAY_BE_EDIT = {ROOT / "Blocks" / "MarkupText.qml", ROOT / "Blocks" / "ChunkList.qml"}


def code_of(path: Path) -> str:
    """The file without comments and strings."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text("utf-8"), flags=re.DOTALL)
    return re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_u01_pages_use_no_bare_text_type(path: Path) -> None:
    assert BARE_TYPE.findall(code_of(path)) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_u01_only_our_own_markup_is_rich(path: Path) -> None:
    if path not in MAY_BE_RICH:
        assert RICH.findall(code_of(path)) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_u01_no_platform_style_no_shared_tooltip_no_opening(path: Path) -> None:
    code = code_of(path)
    assert not STYLE_IMPORT.search(code)
    assert not ATTACHED_TIP.search(code)
    assert not OPENING.search(code), "links are opened by Python, after a dialog"


def test_u01_qts_file_dialog_is_used_only_where_it_is_the_systems_own() -> None:
    home = ROOT / "Chat" / "SystemFileDialog.qml"
    assert [path for path in FILES if re.search(r"\b(?:File|Folder)Dialog\s*\{", code_of(path))] == [home]
    assert "Qt.platform.os" in code_of(home)


def test_u01_inside_the_system_bare_text_has_few_homes() -> None:
    for path in FILES:
        code = code_of(path)
        if re.search(r"(?<![\w.])Text\s*\{", code):
            assert path in MAY_BE_TEXT
        if re.search(r"(?<![\w.])TextEdit\s*\{", code):
            assert path in MAY_BE_EDIT
        assert not re.search(r"(?<![\w.])(?:Image|AnimatedImage|BorderImage)\s*\{", code)


def test_u01_every_own_text_is_declared_plain() -> None:
    assert "textFormat: Text.PlainText" in code_of(ROOT / "Controls" / "SafeText.qml")
    assert "textFormat: TextEdit.PlainText" in code_of(ROOT / "Controls" / "SafeTextArea.qml")
    assert "textFormat: TextEdit.PlainText" in code_of(ROOT / "Blocks" / "ChunkList.qml")


def test_the_search_sees_the_files_and_finds_what_it_should() -> None:
    assert len(FILES) >= 40
    for planted in ("Text {", "T.Button {", "Controls.Label{", "    MenuItem {"):
        assert BARE_TYPE.search(planted), planted
    for harmless in ("SafeText {", "T.ScrollBar {", "Rectangle {", "PlainText {"):
        assert not BARE_TYPE.search(harmless), harmless
    assert RICH.search("textFormat: Text.StyledText")


def test_every_component_is_listed_in_its_qmldir() -> None:
    for folder in {path.parent for path in FILES}:
        listed = set(re.findall(r"(\w+\.qml)$", (folder / "qmldir").read_text("utf-8"), re.MULTILINE))
        assert listed == {path.name for path in folder.glob("*.qml")}, folder.name
