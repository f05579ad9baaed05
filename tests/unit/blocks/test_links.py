"""Which addresses may be opened, and what is shown before."""

import pytest

from oa_desktop.ui.blocks.links import LinkFacts, describe, may_open, trimmed


@pytest.mark.parametrize(
    "url", ["http://a.org", "https://a.org:8080/x?y#z", "HTTPS://A.org", "mailto:a@b.org"]
)
def test_u04_web_and_mail_may_be_opened(url: str) -> None:
    assert may_open(url)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "qrc:/x",
        "ms-msdt:/id x",
        "//host/share",
        "\\\\host\\share",
        "/etc/passwd",
        "",
        "http:",
        "http://",
        "http://a.org\\@b.org",
        "http://a b.org",
        "http://[::1",
        "http://a.org:99999999/",
        "https://a.org/\u202egnp.exe",
        "https://a.org/" + "x" * 10_000,
        "mailto:nobody",
        " https://a.org",
    ],
)
def test_u04_everything_else_may_not(url: str) -> None:
    assert not may_open(url)


def test_u04_the_host_is_shown_as_the_resolver_sees_it() -> None:
    facts = describe("https://аррle.com/login")
    assert facts is not None
    assert facts.host == "xn--le-6kc4bb0c.com" or facts.host.startswith("xn--")
    assert facts.suspicious


def test_u04_a_host_behind_a_user_name_is_suspicious() -> None:
    assert describe("https://google.com@evil.org/") == LinkFacts(
        "https://google.com@evil.org/", "evil.org", True
    )


def test_an_ordinary_host_is_not_suspicious() -> None:
    assert describe("https://example.org:81/x") == LinkFacts(
        "https://example.org:81/x", "example.org:81", False
    )


def test_a_mail_address_is_shown_without_its_subject() -> None:
    facts = describe("mailto:me@example.org?subject=x")
    assert facts is not None
    assert facts.host == "me@example.org"


@pytest.mark.parametrize(
    ("found", "url"),
    [
        ("http://a.org/x).", "http://a.org/x"),
        ("http://a.org/x_(y)", "http://a.org/x_(y)"),
        ("http://a.org?!", "http://a.org"),
    ],
)
def test_the_sentence_around_an_address_is_not_part_of_it(found: str, url: str) -> None:
    assert trimmed(found) == url
