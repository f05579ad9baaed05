"""U05, U06: of a long message only the beginning is laid out, and of a growing one only its end.

How long that takes is in docs/performance.md; here is counted what makes it quick.
"""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtQuick import QQuickItem
from pytestqt.qtbot import QtBot
from shiboken6 import getCppPointer

from oa_desktop.ui.blocks.characters import ZERO_WIDTH_SPACE
from oa_desktop.ui.blocks.limits import CELLS_OF_WEIGHT, PAGE_WEIGHT, TAIL_LINES, UNBROKEN_RUN
from oa_desktop.ui.fonts import load_fonts
from tests.steps import lines_run, most_lines_to_read
from tests.ui.long_texts import LONG_TEXTS
from tests.ui.message_page import MessagePage

MOST_ITEMS = 1_500
"""A page of 150 blocks; 25 short paragraphs, which fill the window, are 215 items."""
MOST_CHARACTERS = 100_000
"""Of text and our own tags; long paragraphs full of marks have the most."""
PYTHON = "def f(a, b): return a + b\n"


class Page(MessagePage):
    """What is in it, and what a change of it costs."""

    def items(self) -> Iterator[QQuickItem]:
        stack = [self.window.contentItem()]
        while stack:
            item = stack.pop()
            yield item
            stack.extend(item.childItems())

    def texts(self) -> dict[int, str]:
        """What each text item was given, by its address: our markup where it takes some, else its text."""
        return {
            getCppPointer(item)[0]: item.property("markup") or item.property("text")
            for item in self.items()
            if item.inherits("QQuickText") or item.inherits("QQuickTextEdit")
        }

    def lines_until_painted(self, change: Callable[[], None]) -> int:
        def painted() -> None:
            change()
            self.paint()

        return lines_run(painted)

    def laid_out_by(self, text: str) -> list[str]:
        """The texts that are other ones when this was appended and painted."""
        before = self.texts()
        self.model.append_text(text)
        self.paint()
        return [shown for item, shown in self.texts().items() if before.get(item) != shown]


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[Page]:
    load_fonts()
    page = Page()
    yield page
    page.close()


@pytest.mark.parametrize("text", LONG_TEXTS.values(), ids=LONG_TEXTS.keys())
def test_u05_a_long_message_is_laid_out_by_its_beginning(text: str, page: Page) -> None:
    lines = page.lines_until_painted(lambda: page.model.set_text(text))
    shown = page.texts().values()
    assert sum(1 for _ in page.items()) < MOST_ITEMS
    assert sum(map(len, shown)) < MOST_CHARACTERS
    words = " ".join(shown).replace(ZERO_WIDTH_SPACE, " ").split()
    assert max(map(len, words)) < 2 * UNBROKEN_RUN, "Qt freezes on a very long word"
    assert sum(given.count("<td") for given in shown) <= PAGE_WEIGHT * CELLS_OF_WEIGHT
    assert lines < most_lines_to_read(text)


def test_u06_a_token_of_growing_code_lays_out_its_last_lines(page: Page) -> None:
    page.model.set_text("")
    page.model.append_text("```py\n" + PYTHON * 100)
    page.paint()
    told: list[str] = []
    page.model.rowsInserted.connect(lambda *_: told.append("in"))
    page.model.rowsRemoved.connect(lambda *_: told.append("out"))
    tokens = TAIL_LINES + 5
    sizes = [sum(shown.count("\n") for shown in page.laid_out_by("x = 1\n")) for _ in range(tokens)]
    assert told == []
    assert sum(size > TAIL_LINES for size in sizes) <= 2, "as often as the last lines are full"


def test_u06_a_token_of_a_growing_paragraph_lays_out_that_paragraph(page: Page) -> None:
    page.model.append_text("\n\n" + "some **bold** words\n\n" * 100)
    page.paint()
    page.laid_out_by("word ")
    for _ in range(20):
        (shown,) = page.laid_out_by("word ")
        assert "bold" not in shown


def test_u06_a_token_costs_the_same_after_ten_blocks_as_after_a_hundred(page: Page) -> None:
    costs = []
    for blocks in (10, 100):
        page.model.set_text("")
        page.model.append_text("\n\n" + "some **bold** words\n\n" * blocks)
        page.laid_out_by("word ")
        costs.append([page.lines_until_painted(lambda: page.model.append_text("word ")) for _ in range(20)])
    few, many = costs
    assert max(many) <= 1.1 * max(few)
