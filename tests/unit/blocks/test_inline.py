"""Inline Markdown becomes closed tags, and nothing in a text can become one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.ui.blocks.inline import escaped, markup
from tests.unit.blocks.corpus import EATEN_BY_QT, POISON
from tests.unit.blocks.shown import HREF, text_of


def test_emphasis_becomes_tags() -> None:
    assert markup("a **b** *c* ~~d~~") == "a <b>b</b> <i>c</i> <s>d</s>"


def test_a_line_end_is_a_break() -> None:
    assert markup("a\nb") == "a<br>b"


def test_code_spans_keep_their_text() -> None:
    assert text_of(markup("`std::vector<int>`")).strip() == "std::vector<int>"


@pytest.mark.parametrize("text", EATEN_BY_QT.values(), ids=EATEN_BY_QT.keys())
def test_u01_what_qt_would_eat_or_fetch_is_shown_as_written(text: str) -> None:
    shown = text_of(markup(text)).replace("\n", "")
    assert shown == text.replace("![](http://127.0.0.1:9/y)", "[image: ] http://127.0.0.1:9/y")


def test_u01_poison_has_no_tag_but_ours() -> None:
    assert "<img" not in markup(POISON)
    assert "<style" not in markup(POISON)


@given(st.text(alphabet="<>&\"'@;=#/abimgsrc `*_~[]()!\\$\n", max_size=80))
def test_u01_no_text_makes_a_tag_outside_the_closed_set(text: str) -> None:
    text_of(markup(text))


def test_a_colour_role_cannot_be_named_by_a_text() -> None:
    assert "@" not in markup("@codeInk me@x.org")
    assert text_of(markup("me@x.org")) == "me@x.org"


def test_an_image_is_inert_text() -> None:
    assert markup('![a *b*](http://h/x.png "t")') == escaped("[image: a *b*] http://h/x.png (t)")


@pytest.mark.parametrize(
    "address",
    [
        "file:///dev/zero",
        "/dev/zero",
        "//host/share/x.png",
        "data:image/png;base64,AAAA",
        "qrc:/x.png",
        "fifo",
    ],
)
def test_u03_an_image_of_any_address_is_inert_text(address: str) -> None:
    assert markup(f"![a]({address})") == f"[image: a] {address}"


def test_a_link_keeps_its_address() -> None:
    assert markup("[a](https://e.org/?q=1&r=2)") == (
        '<a href="https://e.org/?q=1&amp;r=2" style="color:@accentInk">a</a>'
    )


@pytest.mark.parametrize(
    "scheme", ["javascript:x()", "file:///etc/passwd", "data:text/html,x", "ms-msdt:/x", "/a"]
)
def test_u04_a_refused_link_is_text_with_its_address(scheme: str) -> None:
    assert not HREF.search(markup(f"[a]({scheme})"))
    assert text_of(markup(f"[a]({scheme})")) == f"a ({scheme})"


def test_u04_a_link_of_ten_kilobytes_is_not_a_link() -> None:
    assert not HREF.search(markup(f"[a](https://e.org/{'x' * 10_000})"))


def test_the_title_of_a_link_is_shown() -> None:
    assert text_of(markup('[a](https://e.org "why")')).replace("\n", "") == "a (why)"


def test_a_link_without_text_shows_its_address() -> None:
    assert text_of(markup("[](https://e.org)")).strip() == "https://e.org"


def test_bare_addresses_are_links_without_the_sentence_around_them() -> None:
    assert HREF.findall(markup("see https://e.org/a_(b), or (http://f.org).")) == [
        "https://e.org/a_(b)",
        "http://f.org",
    ]


def test_bare_addresses_inside_a_link_or_code_are_not_links_again() -> None:
    assert len(HREF.findall(markup("[http://a.org](http://b.org) `http://c.org`"))) == 1


def test_inline_math_is_not_read_as_markdown() -> None:
    assert (
        text_of(markup("\\(a_1 * b_1 * c\\) and $$x_1$$")).replace("\n", "")
        == "\\(a_1 * b_1 * c\\) and $$x_1$$"
    )


def test_money_is_not_math() -> None:
    assert markup("$5 and $6") == "$5 and $6"


def test_long_runs_get_room_to_wrap_for_display_only() -> None:
    shown = markup("x" * 5_000)
    assert shown.count("\u200b") == 2
    assert text_of(shown) == "x" * 5_000
