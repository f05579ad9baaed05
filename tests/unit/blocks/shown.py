"""What a person can read of blocks: tags taken off, escapes undone, addresses of links appended."""

import re
from collections import Counter
from collections.abc import Iterable
from html import unescape

from oa_desktop.ui.blocks.characters import ZERO_WIDTH_SPACE
from oa_desktop.ui.blocks.display import display, table_markup
from oa_desktop.ui.blocks.kinds import Block, Code, Table

CLOSED_TAGS = re.compile(
    r"</?(?:b|i|s|span|a|tr|th|td)>|<br>"
    r'|<span style="[a-zA-Z@;:-]*">'
    r'|<a href="[^"<>]*" style="color:@accentInk">'
    r'|<t[hd] align="(?:left|right|center)">'
)
HREF = re.compile(r'<a href="([^"]*)"')


def markup_of(block: Block) -> str:
    """All markup of a block, hidden rows of a table included."""
    return table_markup(block, len(block.rows)) if isinstance(block, Table) else display(block).markup


def text_of(markup: str) -> str:
    """Letters of our markup; fails on anything outside the closed tag set."""
    bare = CLOSED_TAGS.sub("\n", markup.replace("<br>", "\n"))
    assert "<" not in bare, bare
    assert ">" not in bare, bare
    return unescape(bare).replace(ZERO_WIDTH_SPACE, "")


def shown_text(block: Block) -> str:
    """Everything a person can see or copy of one block."""
    if isinstance(block, Code):
        return f"{block.place.marker}\n{block.info}\n{block.text}"
    shown = display(block)
    markup = markup_of(block)
    parts = [shown.place.marker, text_of(markup), *map(unescape, HREF.findall(markup))]
    return "\n".join([*parts, getattr(block, "text", "") or shown.text, shown.label])


def letters(text: str) -> Counter[str]:
    return Counter(filter(str.isalnum, text))


def letters_of(blocks: Iterable[Block]) -> Counter[str]:
    return letters("\n".join(map(shown_text, blocks)))
