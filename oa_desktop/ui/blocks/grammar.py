"""markdown-it-py, set up so that no rule of it can hide or lose a letter.

Off: HTML, entities and reference definitions (all shown as written). Added: math as source, a table that
refuses to drop surplus cells, and a floor under deep nesting where the library would skip the text.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, hr, table
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_inline import StateInline

from oa_desktop.ui.blocks.limits import NESTING, TABLE_CELLS, TABLE_COLUMNS, TABLE_ROWS

_MATH_OPENERS = {"$$": "$$", "\\[": "\\]"}
_ONE_LINE_MATH = re.compile(r"(?:\$\$.*[^\\]\$\$|\\\[.*\\\])")
_INLINE_MATH = {"\\(": "\\)", "\\[": "\\]", "$$": "$$"}
_INTERRUPTED = ["paragraph", "blockquote", "list"]
_LONGEST_RULE = 1_000
_NO_CLOSER = "unclosed math"


def grammar() -> MarkdownIt:
    """A parser of our own dialect; block and inline steps are run separately by `document` and `inline`."""
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 4 * NESTING})
    parser.enable(["table", "strikethrough"])
    parser.disable(["html_block", "html_inline", "entity", "reference"])
    parser.block.ruler.before("table", "nested_too_deep", _nested_too_deep)
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.block.ruler.at("hr", _rule, {"alt": _INTERRUPTED})
    parser.block.ruler.before("fence", "math_block", _math_block, {"alt": _INTERRUPTED})
    parser.inline.ruler.before("escape", "math_inline", _math_inline)
    parser.inline.add_terminator_char("$")
    # an address stays as it was written; `inline` decides whether it becomes a link
    parser.validateLink = lambda _url: True  # type: ignore[method-assign,assignment]
    parser.normalizeLink = str  # type: ignore[method-assign,assignment]
    parser.normalizeLinkText = str  # type: ignore[method-assign,assignment]
    return parser


def _nested_too_deep(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Below the deepest level everything is text."""
    if state.level < 2 * NESTING:
        return False
    if silent:
        return False
    line = start
    while line < end and (state.isEmpty(line) or state.sCount[line] >= state.blkIndent):
        line += 1
    _push_text(state, "plain", start, max(line, start + 1))
    return True


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The library's table, shown as source when it has surplus cells (they would vanish) or is too large."""
    if not table(state, start, end, True):
        return False
    if silent:
        return True
    stop = start
    while stop < end and not state.isEmpty(stop) and state.sCount[stop] >= state.blkIndent:
        stop += 1
    columns, rows = _cells(state, start), stop - start - 2
    if columns > TABLE_COLUMNS or rows > TABLE_ROWS or columns * rows > TABLE_CELLS:
        _push_text(state, "table_source", start, stop)
        return True
    known_tokens, level = len(state.tokens), state.level
    table(state, start, end, False)
    stop = state.line
    if any(_cells(state, line) > columns for line in range(start + 2, stop)):
        del state.tokens[known_tokens:]
        state.level = level
        _push_text(state, "table_source", start, stop)
    else:
        state.tokens[known_tokens].content = state.getLines(start, stop, state.blkIndent, False)
    return True


def _rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The library's rule, not asked for very long lines, which it would read anew on every level."""
    if state.eMarks[start] - state.bMarks[start] > _LONGEST_RULE:
        return False
    return hr(state, start, end, silent)


def _cells(state: StateBlock, line: int) -> int:
    text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip()
    cells = escapedSplit(text)
    return len(cells) - (cells[0] == "") - (len(cells) > 1 and cells[-1] == "")


def _math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`$$` or `\\[` alone on a line up to its closer, a blank line or the end; or all on one line."""
    if state.is_code_block(start):
        return False
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]].strip()
    closer = _MATH_OPENERS.get(first)
    if closer is None and not _ONE_LINE_MATH.fullmatch(first):
        return False
    if silent:
        return True
    line = start + 1
    while (
        closer is not None
        and line < end
        and not state.isEmpty(line)
        and state.sCount[line] >= state.blkIndent
    ):
        text = state.src[state.bMarks[line] : state.eMarks[line]].strip()
        line += 1
        if text.endswith(closer):
            break
    _push_text(state, "math", start, line)
    return True


def _push_text(state: StateBlock, kind: str, start: int, stop: int) -> None:
    token = state.push(kind, "", 0)
    token.content = state.getLines(start, stop, state.blkIndent, False)
    token.map = [start, stop]
    token.block = True
    state.line = stop


def _math_inline(state: StateInline, silent: bool) -> bool:
    """`\\( ... \\)`, `\\[ ... \\]` and `$$ ... $$` inside a paragraph, kept letter by letter."""
    opener = state.src[state.pos : state.pos + 2]
    closer = _INLINE_MATH.get(opener)
    unclosed: set[str] = state.env.setdefault(_NO_CLOSER, set())
    if closer is None or opener in unclosed:
        return False
    found = state.src.find(closer, state.pos + 2)
    if found < 0:
        unclosed.add(opener)
        return False
    if found == state.pos + 2 or found + 2 > state.posMax:
        return False
    if not silent:
        token = state.push("math_inline", "", 0)
        token.content = state.src[state.pos : found + 2]
    state.pos = found + 2
    return True
