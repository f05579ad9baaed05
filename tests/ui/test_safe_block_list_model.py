"""The list model of a message: valid, and as quiet as a growing text allows."""

import pytest
from PySide6.QtCore import QObject
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from oa_desktop.ui.block_list_model import BlockListModel
from oa_desktop.ui.blocks.kinds import Error


@pytest.fixture
def model(qtbot: QtBot, qapp: QObject) -> BlockListModel:
    model = BlockListModel(qapp)
    model.tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    return model


def values(model: BlockListModel, role: str) -> list[object]:
    number = {name.data().decode(): number for number, name in model.roleNames().items()}[role]
    return [model.data(model.index(row, 0), number) for row in range(model.rowCount())]


def watch(model: BlockListModel) -> list[tuple[str, int, int]]:
    """Everything the model tells a view, from now on."""
    told: list[tuple[str, int, int]] = []
    model.rowsInserted.connect(lambda _, first, last: told.append(("in", first, last)))
    model.rowsRemoved.connect(lambda _, first, last: told.append(("out", first, last)))
    model.dataChanged.connect(lambda first, last: told.append(("change", first.row(), last.row())))
    model.modelReset.connect(lambda: told.append(("reset", 0, 0)))
    return told


def test_a_text_becomes_rows(model: BlockListModel) -> None:
    model.set_text("# A\n\n1. b\n\n```py\nc\n```")
    assert values(model, "kind") == ["heading", "paragraph", "code"]
    assert values(model, "marker") == ["", "1.", ""]
    assert values(model, "label") == ["", "", "py"]
    assert model.text == "# A\n\n1. b\n\n```py\nc\n```"


def test_a_token_changes_one_row(model: BlockListModel) -> None:
    model.append_text("one\n\ntwo\n\nthr")
    told = watch(model)
    model.append_text("ee")
    assert told == [("change", 2, 2)]


def test_a_new_block_is_one_insertion(model: BlockListModel) -> None:
    model.append_text("one\n\n")
    told = watch(model)
    model.append_text("two")
    assert ("in", 1, 1) in told
    assert values(model, "markup") == ["one", "two"]


def test_the_same_text_again_tells_nothing(model: BlockListModel) -> None:
    model.set_text("one\n\ntwo")
    told = watch(model)
    model.set_text("one\n\ntwo")
    assert [row for row in told if row[0] != "change"] == []


def test_a_row_of_another_kind_is_another_row(model: BlockListModel) -> None:
    model.append_text("one\n\n$")
    told = watch(model)
    model.append_text("$")
    assert told == [("out", 1, 1), ("in", 1, 1)]
    assert values(model, "kind") == ["paragraph", "math"]


def test_finishing_twice_tells_nothing_the_second_time(model: BlockListModel) -> None:
    model.append_text("one\n\ntwo")
    model.finish()
    told = watch(model)
    model.finish()
    assert told == []


def test_a_finished_text_can_go_on(model: BlockListModel) -> None:
    model.set_text("one\n\ntw")
    model.append_text("o")
    assert values(model, "markup") == ["one", "two"]
    assert model.text == "one\n\ntwo"


def test_another_text_replaces_the_rows(model: BlockListModel) -> None:
    model.set_text("a\n\nb\n\nc")
    model.set_text("x")
    assert values(model, "markup") == ["x"]
    model.set_text("")
    assert model.rowCount() == 0


def test_growing_code_is_drawn_whole_when_the_text_ends(model: BlockListModel) -> None:
    model.append_text("```py\nx = 1")
    assert values(model, "tail") != [""]
    told = watch(model)
    model.finish()
    assert told == [("change", 0, 0)]
    assert values(model, "tail") == [""]


def test_an_error_ends_the_message_and_can_go_away(model: BlockListModel) -> None:
    model.append_text("partial")
    model.set_error("It stopped.", "Try again.")
    assert values(model, "kind") == ["paragraph", "error"]
    model.append_text(" reply")
    assert values(model, "kind") == ["paragraph", "error"]
    assert model.blocks[-1] == Error("It stopped.", "Try again.")
    model.set_error("")
    assert values(model, "kind") == ["paragraph"]


def test_u05_five_thousand_code_blocks_show_a_page_at_a_time(model: BlockListModel) -> None:
    model.set_text("```\nx\n```\n\n" * 5_000)
    assert model.rowCount() == 30
    assert model.hiddenCount == 4_970
    model.showMore()
    assert model.rowCount() == 60
    assert model.hiddenCount == 4_940


def test_the_end_of_a_growing_text_stays_shown(model: BlockListModel) -> None:
    for _ in range(100):
        model.append_text("```\nx\n```\n\n")
    assert model.rowCount() == 100
    assert model.hiddenCount == 0


@pytest.mark.parametrize("text", ["a\r\nb", "a\u2028b", "e\u0301", "\u202eabc", "x" * 300_000])
def test_u05_the_copy_of_a_code_block_is_exact(model: BlockListModel, text: str) -> None:
    text = text.replace("\r\n", "\n")
    model.set_text(f"```\n{text}\n```")
    assert model.copyText(0) == text
    assert model.text == f"```\n{text}\n```"


def test_u07_a_right_to_left_paragraph_says_so(model: BlockListModel) -> None:
    model.set_text("مرحبا\n\nhello\n\n```\nمرحبا\n```")
    assert values(model, "rightToLeft") == [True, False, False]


def test_u05_a_block_heavier_than_a_page_is_a_page_of_its_own(model: BlockListModel) -> None:
    model.set_text("first\n\n" + "**a** `b` " * 1_000 + "\n\n" + "**c** `d` " * 1_000 + "\n\nlast")
    for shown in (1, 2, 3, 4):
        assert model.rowCount() == shown
        model.showMore()
