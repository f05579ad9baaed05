"""Which blocks a text falls into."""

from oa_desktop.ui.blocks.document import parse_blocks
from oa_desktop.ui.blocks.kinds import Align, Code, Heading, Math, Paragraph, Place, Plain, Rule, Table


def test_a_paragraph_keeps_its_line_ends() -> None:
    assert parse_blocks("one\ntwo\n\nthree") == (Paragraph(Place(), "one\ntwo"), Paragraph(Place(), "three"))


def test_headings_have_levels() -> None:
    assert parse_blocks("# A\n### B\nC\n===") == (
        Heading(Place(), 1, "A"),
        Heading(Place(), 3, "B"),
        Heading(Place(), 1, "C"),
    )


def test_a_fence_keeps_its_text_and_its_whole_label() -> None:
    assert parse_blocks('```Python title="a b"\nx = 1\n\n  y\n```') == (
        Code(Place(), 'Python title="a b"', "x = 1\n\n  y"),
    )
    assert Code(Place(), 'Python title="a b"', "").language == "python"
    assert Code(Place(), "{.rust}", "").language == "rust"
    assert Code(Place(), "", "").language == ""


def test_an_unclosed_fence_is_code() -> None:
    assert parse_blocks("```sh\nls") == (Code(Place(), "sh", "ls"),)


def test_lists_are_flat_with_depth_and_marker() -> None:
    assert parse_blocks("3. a\n4. b\n   - c\n\n     d\n") == (
        Paragraph(Place(1, "3.", tight=True), "a"),
        Paragraph(Place(1, "4.", tight=True), "b"),
        Paragraph(Place(2, "◦"), "c"),
        Paragraph(Place(2, ""), "d"),
    )


def test_numbers_are_shown_as_they_were_written() -> None:
    assert [block.place.marker for block in parse_blocks("1. a\n1. b\n1. c")] == ["1.", "1.", "1."]


def test_an_empty_item_still_shows_its_marker() -> None:
    assert [block.place for block in parse_blocks("- \n- b")] == [
        Place(1, "•", tight=True),
        Place(1, "•", tight=True),
    ]


def test_a_list_directly_in_a_list_shows_both_markers() -> None:
    assert [block.place.marker for block in parse_blocks("- 1. a")] == ["•", "1."]


def test_code_inside_a_list_item_is_indented_with_it() -> None:
    code = parse_blocks("1. a\n\n   ```\n   x\n   ```\n")[1]
    assert code == Code(Place(1), "", "x")


def test_quotes_count_their_depth() -> None:
    assert parse_blocks("> a\n> > b\n\nc") == (
        Paragraph(Place(quote=1), "a"),
        Paragraph(Place(quote=2), "b"),
        Paragraph(Place(), "c"),
    )


def test_a_table_has_header_rows_and_alignment() -> None:
    source = "| a | b | c |\n|:-|:-:|-:|\n| 1 | **2** | `\\|` |"
    (table,) = parse_blocks(source)
    assert isinstance(table, Table)
    assert table.header == ("a", "b", "c")
    assert table.rows[0][:2] == ("1", "**2**")
    assert table.aligns == (Align.START, Align.CENTER, Align.END)


def test_a_short_row_is_filled_up() -> None:
    (table,) = parse_blocks("|a|b|\n|-|-|\n|1|")
    assert isinstance(table, Table)
    assert table.rows == (("1", ""),)


def test_a_table_with_surplus_cells_is_shown_as_source() -> None:
    source = "|a|b|\n|-|-|\n|1|2|3|"
    assert parse_blocks(source) == (Code(Place(), "", source),)


def test_a_table_beyond_the_caps_is_shown_as_source() -> None:
    wide = "|a" * 51 + "|\n" + "|-" * 51 + "|\n" + "|b" * 51 + "|"
    long = "|a|\n|-|\n" + "|b|\n" * 501
    assert parse_blocks(wide) == (Code(Place(), "", wide),)
    assert parse_blocks(long) == (Code(Place(), "", long.removesuffix("\n")),)


def test_the_largest_table_is_a_table() -> None:
    assert isinstance(parse_blocks("|a|\n|-|\n" + "|b|\n" * 500)[0], Table)


def test_math_is_kept_as_source() -> None:
    assert parse_blocks("text\n$$\na_1 * b_1\n$$\nmore") == (
        Paragraph(Place(), "text"),
        Math(Place(), "$$\na_1 * b_1\n$$"),
        Paragraph(Place(), "more"),
    )
    assert parse_blocks("\\[ x^2 \\]") == (Math(Place(), "\\[ x^2 \\]"),)


def test_unclosed_math_ends_at_a_blank_line() -> None:
    assert parse_blocks("$$\na\n\nb") == (Math(Place(), "$$\na"), Paragraph(Place(), "b"))


def test_a_rule_is_a_rule() -> None:
    assert parse_blocks("a\n\n---\n") == (Paragraph(Place(), "a"), Rule(Place()))


def test_html_is_text() -> None:
    assert parse_blocks("<div>\n*a*\n</div>") == (Paragraph(Place(), "<div>\n*a*\n</div>"),)


def test_reference_definitions_stay_on_screen() -> None:
    assert parse_blocks("[a]: http://x 'title'") == (Paragraph(Place(), "[a]: http://x 'title'"),)


def test_a_very_long_paragraph_is_plain() -> None:
    text = "word " * 5_000
    assert parse_blocks(text) == (Plain(Place(), text.strip()),)


def test_below_the_deepest_quote_everything_is_text() -> None:
    blocks = parse_blocks(">" * 100 + " end")
    assert [type(block) for block in blocks] == [Plain]
    assert blocks[0].place.quote == 60
    assert blocks[0].text == ">" * 40 + " end"  # type: ignore[union-attr]
