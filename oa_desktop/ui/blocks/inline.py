"""Inline Markdown to our own closed-tag markup: b, i, s, code spans, links and line breaks, nothing else.

Every letter of the source is escaped here. Colours are roles (`@codeInk`); `Theme.paint` fills them in, and
a literal `@` is escaped, so that no text can name a role. Images and refused addresses stay text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from itertools import accumulate, zip_longest

from markdown_it.token import Token

from oa_desktop.ui.blocks.characters import with_room_to_wrap
from oa_desktop.ui.blocks.grammar import grammar
from oa_desktop.ui.blocks.limits import INLINE_CHARACTERS, INLINE_MARKS, NESTING
from oa_desktop.ui.blocks.links import BARE_URL, may_open, trimmed

_PARSER = grammar()
_CODE = '<span style="font-family:@mono;font-size:@codeSize;background-color:@code;color:@codeInk">'
_MATH = '<span style="font-family:@mono;font-size:@codeSize">'
_HREF = re.compile(r'<a href="([^"]*)"')
_MARKS = "[*_`~$\\<"
_TAGS = {
    "strong_open": "<b>",
    "strong_close": "</b>",
    "em_open": "<i>",
    "em_close": "</i>",
    "s_open": "<s>",
    "s_close": "</s>",
    "softbreak": "<br>",
    "hardbreak": "<br>",
}


def escaped(text: str) -> str:
    """Text that can be neither tag, entity nor colour role."""
    return escape(text).replace("@", "&#64;")


def inline_tokens(source: str) -> list[Token]:
    """The library's inline tokens; a text beyond the limits is one plain token."""
    if not _is_sane(source):
        return [Token("text", "", 0, content=source)]
    tokens: list[Token] = []
    _PARSER.inline.parse(source, _PARSER, {}, tokens)
    return tokens


def links_of(markup: str) -> tuple[str, ...]:
    """The addresses of the links in our markup, in order."""
    return tuple(unescape(address) for address in _HREF.findall(markup))


def _is_sane(source: str) -> bool:
    """Whether the library reads it in milliseconds: bounded length, marks, and depth of open brackets."""
    if len(source) > INLINE_CHARACTERS or sum(map(source.count, _MARKS)) > INLINE_MARKS:
        return False
    depths = accumulate(1 if bracket == "[" else -1 for bracket in re.findall(r"[\[\]]", source))
    return max(depths, default=0) <= NESTING


@lru_cache(maxsize=2_048)
def markup(source: str) -> str:
    """Closed-tag markup of inline Markdown, with room to wrap."""
    return "".join(_marked(inline_tokens(source)))


@dataclass(frozen=True, slots=True)
class _OpenLink:
    """rest: what the tag cannot show and is therefore written after it."""

    opens: bool
    rest: str


def _marked(tokens: Sequence[Token]) -> Iterator[str]:
    links: list[_OpenLink] = []
    for token, following in zip_longest(tokens, tokens[1:]):
        match token.type:
            case "text":
                yield _text(token.content, linkify=not links)
            case "code_inline":
                yield f"{_CODE}{_shown(token.content)}</span>"
            case "math_inline":
                yield f"{_MATH}{_shown(token.content)}</span>"
            case "image":
                yield _shown(f"[image: {token.content}] {token.attrs['src']}{_title(token)}")
            case "link_open":
                href, empty = str(token.attrs["href"]), following.type == "link_close"
                link = _OpenLink(may_open(href), _title(token))
                links.append(link if link.opens else _OpenLink(False, f" ({href}){link.rest}"))
                yield _anchor(href) + (_shown(href) if empty else "") if link.opens else ""
            case "link_close":
                link = links.pop()
                yield ("</a>" if link.opens else "") + _shown(link.rest)
            case kind:
                yield _TAGS.get(kind) or _shown(token.content)


def _shown(text: str) -> str:
    return escaped(with_room_to_wrap(text))


def _anchor(url: str) -> str:
    return f'<a href="{escaped(url)}" style="color:@accentInk">'


def _title(token: Token) -> str:
    title = str(token.attrs.get("title", ""))
    return f" ({title})" if title else ""


def _text(text: str, *, linkify: bool) -> str:
    """Escaped text in which a bare web address is a link."""
    if not linkify or "://" not in text:
        return _shown(text)
    parts: list[str] = []
    end = 0
    for found in BARE_URL.finditer(text):
        url = trimmed(found[0])
        if not may_open(url):
            continue
        parts += [_shown(text[end : found.start()]), f"{_anchor(url)}{_shown(url)}</a>"]
        end = found.start() + len(url)
    return "".join([*parts, _shown(text[end:])])
