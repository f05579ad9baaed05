"""Source code to our own closed-tag markup with colour roles. Unknown languages and long code stay plain."""

import time
from collections.abc import Iterator
from functools import lru_cache

from pygments.lexer import Lexer  # type: ignore[import-untyped]
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
from pygments.token import (  # type: ignore[import-untyped]
    Comment,
    Error,
    Keyword,
    Literal,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    _TokenType,
)
from pygments.util import ClassNotFound  # type: ignore[import-untyped]

from oa_desktop.ui.blocks.inline import escaped
from oa_desktop.ui.blocks.limits import HIGHLIGHT_CHARACTERS

BUDGET_S = 0.03
_ROLES: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "codeComment"),
    (Keyword.Type, "codeType"),
    (Keyword, "codeKeyword"),
    (Operator.Word, "codeKeyword"),
    (String, "codeString"),
    (Number, "codeNumber"),
    (Literal, "codeNumber"),
    (Name.Function, "codeName"),
    (Name.Class, "codeType"),
    (Name.Builtin, "codeName"),
    (Name.Decorator, "codeName"),
    (Name.Tag, "codeKeyword"),
    (Name.Attribute, "codeName"),
    (Name.Exception, "codeType"),
    (Name.Constant, "codeNumber"),
    (Operator, "codeOperator"),
    (Punctuation, "codeOperator"),
    (Error, ""),
)


@lru_cache(maxsize=256)
def highlighted(text: str, language: str) -> str:
    """Closed-tag markup of `text`; its letters are exactly those of `text`.

    A lexer that computes longer than its budget stops, and the rest stays plain.
    """
    lexer = _lexer(language) if len(text) <= HIGHLIGHT_CHARACTERS else None
    return escaped(text) if lexer is None else "".join(_spans(lexer, text))


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    if not language or language in ("text", "plain", "txt"):
        return None
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def _spans(lexer: Lexer, text: str) -> Iterator[str]:
    deadline = time.thread_time() + BUDGET_S
    role, start, end = "", 0, 0
    for position, kind, value in lexer.get_tokens_unprocessed(text):
        if position != end:
            break
        new_role = _role(kind) if value.strip() else role
        if new_role != role:
            yield _span(text[start:position], role)
            role, start = new_role, position
        end = position + len(value)
        if time.thread_time() > deadline:
            break
    yield _span(text[start:end], role)
    yield escaped(text[end:])


@lru_cache(maxsize=512)
def _role(kind: _TokenType) -> str:
    return next((role for family, role in _ROLES if kind in family), "")


def _span(text: str, role: str) -> str:
    if not text:
        return ""
    return f'<span style="color:@{role}">{escaped(text)}</span>' if role else escaped(text)
