"""Text is made fit for UTF-8 and SQLite, and nothing else of it changes."""

from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.store.text import clean


def test_s19_nul_and_lone_surrogates_are_replaced_and_counted() -> None:
    assert clean("a\x00b\ud800c\udfff") == ("a\ufffdb\ufffdc\ufffd", 3)


def test_text_that_is_fit_stays_as_it_is() -> None:
    text = "👨‍👩‍👧 \u202eright to left\u202c \ufffe 李白\r\n"
    assert clean(text) == (text, 0)


@given(st.text(st.characters()))
def test_cleaned_text_can_always_be_written(text: str) -> None:
    cleaned, replaced = clean(text)
    assert "\x00" not in cleaned
    assert len(cleaned.encode()) >= len(text) >= replaced
