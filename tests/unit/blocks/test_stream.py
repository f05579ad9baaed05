"""A text read piece by piece gives the blocks of the whole text, at the cost of its open block."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oa_desktop.ui.blocks import stream
from oa_desktop.ui.blocks.characters import normalized
from oa_desktop.ui.blocks.document import parse_blocks
from oa_desktop.ui.blocks.kinds import Block, Paragraph, Place, Plain
from oa_desktop.ui.blocks.stream import IncrementalBlocks
from tests.steps import lines_run
from tests.unit.blocks.corpus import POISON, SPEC_EXAMPLES

REPLY = """# Title
Text with **bold** and `code`
over two lines

1. one
   ```py
   x = [1]

   y = "```"
   ```
2. two
   - nested
> quote
lazy
> - in
***
| a | b |
|---|---|
| 1 | 2 |
after the table

$$
x
$$
Setext
---
    indented

    code
last"""


def read(pieces: list[str]) -> list[Block]:
    """The rows a view ends up with when it applies every change."""
    reader = IncrementalBlocks()
    rows: list[Block] = []
    for piece in pieces:
        change = reader.append(piece)
        rows[change.first :] = change.blocks
    change = reader.finish()
    rows[change.first :] = change.blocks
    assert tuple(rows) == reader.blocks
    return rows


def test_character_by_character_ends_as_the_whole_text() -> None:
    assert read(list(REPLY)) == list(parse_blocks(REPLY))


def test_u06_cut_at_every_byte_every_prefix_is_what_the_whole_prefix_would_be() -> None:
    reader = IncrementalBlocks()
    for end, character in enumerate(REPLY, start=1):
        reader.append(character)
        assert reader.blocks == parse_blocks(REPLY[:end]), REPLY[:end]


@pytest.mark.parametrize("example", SPEC_EXAMPLES, ids=range(len(SPEC_EXAMPLES)))
def test_u06_every_example_of_the_spec_streams_to_its_whole(example: str) -> None:
    text = normalized(example)
    reader = IncrementalBlocks()
    for end, character in enumerate(text, start=1):
        reader.append(character)
        assert reader.blocks == parse_blocks(text[:end])


PIECES = st.sampled_from(
    [
        "a",
        " ",
        "  ",
        "    ",
        "\n",
        "\n\n",
        "- ",
        "1. ",
        "> ",
        "```",
        "~~~",
        "|",
        "-",
        "---",
        "#",
        "$$",
        "\\[",
        "*",
        "\r\n",
        "\t",
    ]
)


@given(st.lists(PIECES, max_size=40))
@settings(max_examples=400, deadline=None)
def test_any_text_in_any_pieces_gives_the_same_blocks(pieces: list[str]) -> None:
    assert read(pieces) == list(parse_blocks(normalized("".join(pieces))))


def test_a_line_end_split_between_pieces_is_one_line_end() -> None:
    assert read(["a\r", "\nb"]) == [Paragraph(Place(), "a\nb")]
    assert read(["a\r"]) == [Paragraph(Place(), "a")]


def test_only_rows_of_the_open_block_change() -> None:
    reader = IncrementalBlocks()
    reader.append("one\n\ntwo\n\nthr")
    change = reader.append("ee")
    assert change.first == 2
    assert change.blocks == (Paragraph(Place(), "three"),)


def test_an_unchanged_item_of_an_open_list_is_not_reported() -> None:
    reader = IncrementalBlocks()
    reader.append("- a\n- b\n- ")
    assert reader.append("c").first == 2


def test_closed_blocks_are_never_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = IncrementalBlocks()
    reader.append("paragraph\n\n" * 1_000)
    sizes: list[int] = []
    monkeypatch.setattr(stream, "parse_blocks", lambda text: sizes.append(len(text)) or parse_blocks(text))
    reader.append("more words")
    assert max(sizes) < 50


def test_u06_a_very_long_open_block_is_plain_until_the_end() -> None:
    reader = IncrementalBlocks()
    reader.append("```\n" + "x = 1\n" * 20_000)
    assert isinstance(reader.blocks[-1], Plain)
    reader.append("```\n\nafter")
    reader.finish()
    assert [type(block).__name__ for block in reader.blocks] == ["Code", "Paragraph"]


def test_u02_poison_character_by_character_never_makes_another_tag() -> None:
    from tests.unit.blocks.shown import markup_of, text_of

    for text in (
        POISON,
        f"- {POISON}",
        f"| a |\n|---|\n| {POISON} |",
        f"# {POISON}",
        f"[{POISON}](http://127.0.0.1:9/l)",
    ):
        reader = IncrementalBlocks()
        for character in text:
            reader.append(character)
            for block in reader.blocks:
                text_of(markup_of(block))


def test_u06_an_update_of_a_long_reply_costs_what_one_of_a_short_reply_does() -> None:
    def costs(parts: int) -> list[int]:
        reader = IncrementalBlocks()
        reader.append(REPLY.replace("last", "\n\n") * parts + "word ")
        return [lines_run(lambda: reader.append("word ")) for _ in range(200)]

    assert max(costs(100)) < 1.1 * min(costs(1))
