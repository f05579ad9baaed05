"""How much of a block is shown, and that its copy is exact."""

from oa_desktop.ui.blocks.characters import is_right_to_left, normalized, with_room_to_wrap
from oa_desktop.ui.blocks.display import (
    chunks,
    copy_text,
    display,
    display_open,
    preview,
    preview_rows,
    weight,
)
from oa_desktop.ui.blocks.document import parse_blocks
from oa_desktop.ui.blocks.highlight import highlighted
from oa_desktop.ui.blocks.kinds import Code, Error, Paragraph, Place, Plain, Rule, Table
from tests.steps import time_ratio
from tests.unit.blocks.shown import text_of

LONG_CODE = "\n".join(f"line {n}" for n in range(100_000))


def test_u05_long_code_shows_its_head_and_copies_whole() -> None:
    code = Code(Place(), "text", LONG_CODE)
    shown = display(code)
    assert shown.hidden_lines == 100_000 - 400
    assert text_of(shown.markup).startswith("line 0\nline 1\n")
    assert len(shown.markup) < 30_000
    assert copy_text(code) == LONG_CODE


def test_u05_chunks_are_the_whole_text() -> None:
    assert "\n".join(chunks(LONG_CODE)) == LONG_CODE
    assert max(map(len, chunks("x" * 1_000_000))) <= 22_100
    assert "".join(chunks("x" * 1_000_000)).replace("\n", "") == "x" * 1_000_000


def test_u05_a_single_line_of_a_megabyte_is_cut_and_wraps() -> None:
    head, hidden, wraps = preview("x" * 1_000_000)
    assert len(head) == 20_000
    assert hidden == 1
    assert wraps


def test_short_text_hides_nothing() -> None:
    assert preview("a\nb\n") == ("a\nb\n", 0, False)


def test_u05_a_copied_table_is_its_source() -> None:
    source = "| a | b |\n|---|---|\n| 1 | 2 |"
    assert copy_text(parse_blocks(source)[0]) == source


def test_code_is_coloured_by_role_and_keeps_every_letter() -> None:
    code = 'def f(a: int) -> str:\n    return "<b>&@"  # done\n'
    shown = highlighted(code, "python")
    assert 'style="color:@codeKeyword"' in shown
    assert text_of(shown).replace("\n", "") == code.replace("\n", "")


def test_unknown_languages_and_long_code_are_plain() -> None:
    assert highlighted("a < b", "no-such-language") == "a &lt; b"
    assert "span" not in highlighted("x = 1\n" * 10_000, "python")


def test_u07_right_to_left_is_told_by_the_first_strong_letter() -> None:
    assert is_right_to_left("123 مرحبا hello")
    assert is_right_to_left("«שלום»")
    assert not is_right_to_left("hello مرحبا")
    assert not is_right_to_left("123 …")
    assert display(Paragraph(Place(), "**مرحبا**")).right_to_left


def test_u07_code_is_never_right_to_left() -> None:
    assert not display(Code(Place(), "", "مرحبا")).right_to_left


def test_surrogates_and_nul_become_replacement_characters() -> None:
    assert normalized("a\ud800b\0c\r\nd\re") == "a\ufffdb\ufffdc\nd\ne"


def test_room_to_wrap_is_added_only_inside_long_runs() -> None:
    assert with_room_to_wrap("word " * 2_000) == "word " * 2_000
    assert with_room_to_wrap("x" * 2_000) == "x" * 2_000
    assert with_room_to_wrap("y " + "x" * 4_001 + "\ny") == f"y {'x' * 2_000}\u200b{'x' * 2_000}\u200bx\ny"


def test_u06_words_just_short_enough_are_looked_through_once() -> None:
    short, long = "word " * 200_000, ("x" * 1_999 + " ") * 500
    assert time_ratio(lambda: with_room_to_wrap(long), lambda: with_room_to_wrap(short)) < 10


def test_u05_wide_tables_show_fewer_rows_first() -> None:
    def table(columns: int, rows: int) -> Table:
        (found,) = parse_blocks(
            "|a" * columns + "|\n" + "|-" * columns + "|\n" + ("|b" * columns + "|\n") * rows
        )
        assert isinstance(found, Table)
        return found

    assert [preview_rows(table(columns, 100)) for columns in (1, 4, 10, 50)] == [60, 60, 24, 4]
    assert (display(table(10, 100)).hidden_lines, display(table(10, 20)).hidden_lines) == (76, 0)


def test_u05_long_blocks_weigh_more_than_short_ones() -> None:
    short, marked, long = "some **bold** words", "**a** `b` " * 100, "words " * 1_000
    assert [weight(Paragraph(Place(), text)) for text in (short, marked, long)] == [1, 36, 31]
    assert [weight(Code(Place(), "", text)) for text in (short, long)] == [5, 65]
    assert weight(Code(Place(), "", "x" * 1_000_000)) == weight(Code(Place(), "", "x" * 20_000))
    assert weight(Plain(Place(), "x" * 1_000_000)) == weight(Plain(Place(), "x" * 20_000)), "no more is shown"


def test_an_error_is_a_sentence_and_a_hint() -> None:
    shown = display(Error("It stopped.", "Try again."))
    assert (shown.kind, shown.text, shown.label) == ("error", "It stopped.", "Try again.")
    assert copy_text(Error("It stopped.", "Try again.")) == "It stopped. Try again."
    assert copy_text(Rule(Place())) == ""


def test_code_that_still_grows_rests_but_for_its_last_lines() -> None:
    code = Code(Place(), "python", "\n".join(f"x = {n}" for n in range(50)))
    shown = display_open(code)
    assert text_of(shown.markup).replace("\n\n", "").count("x") == 40
    assert "49" in text_of(shown.tail)
    longer = display_open(Code(Place(), "python", f"{code.text}\ny = 1"))
    assert longer.markup == shown.markup
    assert display(code).tail == ""
