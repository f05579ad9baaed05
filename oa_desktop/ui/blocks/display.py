"""What a delegate shows of a block: closed-tag markup, plain text, and how much of a long block at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from oa_desktop.ui.blocks.characters import is_right_to_left, with_room_to_wrap
from oa_desktop.ui.blocks.highlight import highlighted
from oa_desktop.ui.blocks.inline import escaped, links_of, markup
from oa_desktop.ui.blocks.kinds import (
    Align,
    Block,
    Code,
    Error,
    Heading,
    Math,
    Paragraph,
    Place,
    Plain,
    Rule,
    Table,
)
from oa_desktop.ui.blocks.limits import (
    CELLS_OF_WEIGHT,
    CHARACTERS_OF_WEIGHT,
    CHUNK_LINES,
    CODE_OF_WEIGHT,
    LABEL_CHARACTERS,
    MARKS_OF_WEIGHT,
    PREVIEW_CHARACTERS,
    PREVIEW_LINES,
    TABLE_PREVIEW_CELLS,
    TABLE_PREVIEW_ROWS,
    TAIL_LINES,
    UNBROKEN_RUN,
)

_HTML_ALIGN = {Align.START: "left", Align.CENTER: "center", Align.END: "right"}


@dataclass(frozen=True, slots=True)
class Display:
    """One row of the view.

    kind: names the delegate. markup: closed tags. text: plain, for kinds without markup, and the sentence
    of an error. label: language of code, hint of an error. hidden_lines: lines (rows of a table) behind
    "show all". wraps: code with a line so long that it must wrap. tail: markup of the last lines of code that
    is still being written. links: addresses in it, in order.
    """

    kind: str
    place: Place
    markup: str = ""
    text: str = ""
    label: str = ""
    level: int = 0
    right_to_left: bool = False
    hidden_lines: int = 0
    wraps: bool = False
    tail: str = ""
    links: tuple[str, ...] = ()


@lru_cache(maxsize=512)
def display(block: Block) -> Display:
    """How a block is shown first."""
    match block:
        case Paragraph(place, source):
            shown = markup(source)
            rtl = is_right_to_left(source)
            return Display("paragraph", place, shown, right_to_left=rtl, links=links_of(shown))
        case Heading(place, level, source):
            rtl = is_right_to_left(source)
            title = markup(source)
            return Display("heading", place, title, level=level, right_to_left=rtl, links=links_of(title))
        case Code():
            return _code(block, open_end=False)
        case Table(place):
            rows = preview_rows(block)
            cells = table_markup(block, rows)
            hidden = len(block.rows) - rows
            return Display("table", place, cells, hidden_lines=hidden, links=links_of(cells))
        case Math(place, text):
            return Display("math", place, text=with_room_to_wrap(text))
        case Plain(place, text):
            shown, hidden, _ = preview(text)
            rtl = is_right_to_left(text)
            return Display(
                "plain", place, text=with_room_to_wrap(shown), hidden_lines=hidden, right_to_left=rtl
            )
        case Rule(place):
            return Display("rule", place)
        case Error(title, hint, place):
            return Display("error", place, text=title, label=hint)


@lru_cache(maxsize=8)
def display_open(block: Block) -> Display:
    """How the last block of a text that is still being written is shown."""
    return _code(block, open_end=True) if isinstance(block, Code) else display(block)


def _code(code: Code, *, open_end: bool) -> Display:
    """Code in colour. While it grows only its last lines are coloured and laid out anew."""
    shown, hidden, wraps = preview(code.text)
    label = code.info[:LABEL_CHARACTERS]
    if wraps:
        return Display(
            "code",
            code.place,
            escaped(with_room_to_wrap(shown)),
            label=label,
            hidden_lines=hidden,
            wraps=True,
        )
    lines = shown.split("\n")
    settled = (len(lines) - 1) // TAIL_LINES * TAIL_LINES if open_end else len(lines)
    head, tail = ("\n".join(part) for part in (lines[:settled], lines[settled:]))
    markup, tail_markup = (highlighted(part, code.language) for part in (head, tail))
    return Display("code", code.place, markup, label=label, hidden_lines=hidden, tail=tail_markup)


def preview(text: str) -> tuple[str, int, bool]:
    """The part shown at once, how many lines stay behind it (at least 1), and whether lines must wrap."""
    head = "\n".join(text.split("\n", PREVIEW_LINES)[:PREVIEW_LINES])
    if len(head) > PREVIEW_CHARACTERS:
        cut = head.rfind("\n", 0, PREVIEW_CHARACTERS)
        head = head[: cut if cut > 0 else PREVIEW_CHARACTERS]
    rest = text[len(head) :]
    hidden = max(1, rest.count("\n")) if rest else 0
    return head, hidden, any(len(line) > UNBROKEN_RUN for line in head.split("\n"))


def preview_rows(table: Table) -> int:
    """How many rows of a table are shown at once; of a wide one fewer, for each cell takes Qt its time."""
    rows = table.rows[: min(TABLE_PREVIEW_ROWS, TABLE_PREVIEW_CELLS // len(table.header))]
    sizes = accumulate(sum(map(len, row)) for row in rows)
    return sum(1 for size in sizes if size <= PREVIEW_CHARACTERS)


def weight(block: Block) -> int:
    """What it costs to show a block first, in short paragraphs."""
    match block:
        case Code(text=text):
            return 5 + min(len(text), PREVIEW_CHARACTERS) // CODE_OF_WEIGHT
        case Table():
            return 10 + preview_rows(block) * len(block.header) // CELLS_OF_WEIGHT
        case Paragraph(source=text) | Heading(source=text):
            marks = sum(map(text.count, "*_`~["))
            return 1 + len(text) // CHARACTERS_OF_WEIGHT + marks // MARKS_OF_WEIGHT
        case Math(text=text) | Plain(text=text):
            return 1 + min(len(text), PREVIEW_CHARACTERS) // CHARACTERS_OF_WEIGHT
        case Rule() | Error():
            return 1


def chunks(text: str) -> list[str]:
    """The whole text in pieces that a list view shows one by one. Very long lines are cut for display."""
    lines: list[str] = []
    for line in text.split("\n"):
        starts = range(0, max(1, len(line)), UNBROKEN_RUN)
        lines.extend(line[start : start + UNBROKEN_RUN] for start in starts)
    pieces: list[str] = []
    piece: list[str] = []
    size = 0
    for line in lines:
        if piece and (len(piece) >= CHUNK_LINES or size + len(line) > PREVIEW_CHARACTERS):
            pieces.append("\n".join(piece))
            piece, size = [], 0
        piece.append(line)
        size += len(line)
    return [*pieces, "\n".join(piece)]


@lru_cache(maxsize=64)
def table_markup(table: Table, rows: int) -> str:
    """A table of one level, header and the first `rows` rows; cells hold inline markup only."""
    lines = [_row("th", table.header, table.aligns)]
    lines += [_row("td", row, table.aligns) for row in table.rows[:rows]]
    return "".join(lines)


def _row(tag: str, cells: Sequence[str], aligns: Sequence[Align]) -> str:
    return (
        "<tr>" + "".join(_cell(tag, text, align) for text, align in zip(cells, aligns, strict=True)) + "</tr>"
    )


def _cell(tag: str, source: str, align: Align) -> str:
    rtl = is_right_to_left(source)
    side = {"left": "right", "right": "left"}.get(_HTML_ALIGN[align], "center") if rtl else _HTML_ALIGN[align]
    return f'<{tag} align="{side}">{markup(source)}</{tag}>'


def copy_text(block: Block) -> str:
    """What the copy button of a block puts on the clipboard: exactly what was written."""
    match block:
        case Code(text=text) | Math(text=text) | Plain(text=text):
            return text
        case Table(source=source) | Paragraph(source=source) | Heading(source=source):
            return source
        case Error(title, hint):
            return f"{title} {hint}".strip()
        case Rule():
            return ""
