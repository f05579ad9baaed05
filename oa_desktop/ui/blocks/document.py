"""Finds the blocks of a Markdown text. Inline markup inside a block is left for `inline`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from oa_desktop.ui.blocks.grammar import grammar
from oa_desktop.ui.blocks.kinds import Align, Block, Code, Heading, Math, Paragraph, Place, Plain, Rule, Table
from oa_desktop.ui.blocks.limits import BLOCK_CHARACTERS, INLINE_CHARACTERS

_PARSER = grammar()
_BULLETS = "•◦▪"
_CELL_ALIGN = {"text-align:center": Align.CENTER, "text-align:right": Align.END}


def parse_blocks(source: str) -> tuple[Block, ...]:
    """All blocks of a normalized text, in reading order."""
    return tuple(_Walk().blocks(tokens_of(source)))


def tokens_of(source: str) -> list[Token]:
    """The library's block tokens; inline content is still text."""
    tokens: list[Token] = []
    _PARSER.block.parse(source, _PARSER, {}, tokens)
    return tokens


def last_block_line(source: str) -> int:
    """The line on which the last top-level block starts; everything above it can no longer change.

    source: complete lines only. Holds because a new line can only continue or close the last block.
    """
    return max((token.map[0] for token in tokens_of(source) if token.level == 0 and token.map), default=0)


@dataclass(slots=True)
class _List:
    ordered: bool
    tight: bool


@dataclass(slots=True)
class _Walk:
    """One pass over the token stream, keeping the open containers on a stack."""

    lists: list[_List] = field(default_factory=list)
    quotes: int = 0
    marker: str = ""
    item_started: bool = False

    def blocks(self, tokens: Sequence[Token]) -> Iterator[Block]:
        index = 0
        while index < len(tokens):
            token = tokens[index]
            match token.type:
                case "blockquote_open":
                    yield from self.flush_marker()
                    self.quotes += 1
                case "blockquote_close":
                    self.quotes -= 1
                case "bullet_list_open" | "ordered_list_open":
                    yield from self.flush_marker()
                    self.lists.append(_List(token.type.startswith("ordered"), _is_tight(tokens, index)))
                case "bullet_list_close" | "ordered_list_close":
                    self.lists.pop()
                case "list_item_open":
                    self.marker = self.marker_of(token)
                case "list_item_close":
                    yield from self.flush_marker()
                case "heading_open":
                    yield self.heading(int(token.tag[1]), tokens[index + 1].content)
                case "paragraph_open":
                    yield self.paragraph(tokens[index + 1].content)
                case "fence":
                    yield Code(self.place(), token.info.strip(), token.content.removesuffix("\n"))
                case "code_block" | "table_source":
                    yield Code(self.place(), "", token.content.removesuffix("\n"))
                case "math":
                    kind = Plain if len(token.content) > INLINE_CHARACTERS else Math
                    yield kind(self.place(), token.content)
                case "plain":
                    yield Plain(self.place(), token.content)
                case "hr":
                    yield Rule(self.place())
                case "table_open":
                    stop = next(i for i in range(index, len(tokens)) if tokens[i].type == "table_close")
                    yield self.table(tokens[index:stop])
                    index = stop
            index += 1

    def place(self) -> Place:
        tight = bool(self.lists) and self.lists[-1].tight
        place = Place(len(self.lists), self.marker, self.quotes, tight)
        self.marker = ""
        return place

    def paragraph(self, text: str) -> Paragraph | Plain:
        kind = Plain if len(text) > INLINE_CHARACTERS else Paragraph
        return kind(self.place(), text)

    def heading(self, level: int, text: str) -> Heading | Plain:
        if len(text) > INLINE_CHARACTERS:
            return Plain(self.place(), text)
        return Heading(self.place(), level, text)

    def flush_marker(self) -> Iterator[Block]:
        """An item that starts with another container, or has no content, still shows its marker."""
        if self.marker:
            yield Paragraph(self.place(), "")

    def marker_of(self, item: Token) -> str:
        """The number as it was written, or a bullet for the depth."""
        if self.lists[-1].ordered:
            return item.info + item.markup
        return _BULLETS[(len(self.lists) - 1) % len(_BULLETS)]

    def table(self, tokens: Sequence[Token]) -> Table | Code:
        source = tokens[0].content
        if len(source) > BLOCK_CHARACTERS:
            return Code(self.place(), "", source)
        rows: list[list[str]] = []
        aligns: list[Align] = []
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(token.content)
            elif token.type == "th_open":
                aligns.append(_CELL_ALIGN.get(str(token.attrs.get("style", "")), Align.START))
        header, *body = map(tuple, rows)
        if sum(map(len, header)) > INLINE_CHARACTERS:
            return Code(self.place(), "", source)
        return Table(self.place(), header, tuple(body), tuple(aligns), source)


def _is_tight(tokens: Sequence[Token], opening: int) -> bool:
    """The library hides the paragraphs of a tight list."""
    level = tokens[opening].level
    for token in tokens[opening + 1 :]:
        if token.type == "paragraph_open" and token.level == level + 2:
            return token.hidden
        if token.level == level:
            break
    return True
