"""U06: whatever a text looks like, each letter can be seen or copied; twice the length is twice the work."""

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oa_desktop.ui.blocks.characters import normalized
from oa_desktop.ui.blocks.display import display
from oa_desktop.ui.blocks.document import parse_blocks
from tests.steps import lines_run, most_lines_to_read
from tests.unit.blocks.corpus import BOMBS, EATEN_BY_QT, SPEC_EXAMPLES
from tests.unit.blocks.shown import letters, letters_of

ENTITY_IN_ADDRESS = re.compile(r"\]\([^)]*&\w+;")  # there the character it names is shown


@pytest.mark.parametrize("example", SPEC_EXAMPLES, ids=range(len(SPEC_EXAMPLES)))
def test_u06_every_letter_of_the_spec_examples_is_shown(example: str) -> None:
    if ENTITY_IN_ADDRESS.search(example):
        example = unescape(example)
    assert not letters(example) - letters_of(parse_blocks(normalized(example)))


@pytest.mark.parametrize("text", EATEN_BY_QT.values(), ids=EATEN_BY_QT.keys())
def test_u06_every_letter_qt_would_eat_is_shown(text: str) -> None:
    assert not letters(text) - letters_of(parse_blocks(text))


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_u06_bombs_are_read_in_proportion_to_their_length_and_lose_nothing(text: str) -> None:
    text = normalized(text)

    def read() -> None:
        for block in parse_blocks(text)[:120]:
            display(block)

    assert lines_run(read) < most_lines_to_read(text)
    assert not letters(text) - letters_of(parse_blocks(text))


@given(st.text(alphabet="ab1|-:>#*_`~[]()!<&\\$ \t\n", max_size=120))
@settings(max_examples=600, deadline=None)
def test_u06_no_text_loses_a_letter(text: str) -> None:
    assert not letters(text) - letters_of(parse_blocks(text))
