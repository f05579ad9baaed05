"""What a server says of the bytes it sends, as far as nobody can make sense of it."""

import pytest
import urllib3

from oa_desktop.hub.download.answers import NotTheseBytes, check_answer, retry_after_s
from oa_desktop.hub.sentences import Asked

MANY = "9" * 5000
ASKED = Asked("http://127.0.0.1", "the file")


@pytest.mark.parametrize(
    "value",
    [
        "",
        ",",
        "-5",
        "nan",
        "Mon, 01 Jan 2024 00:00:00 +" + MANY[:23],
        f"Mon, 01 Jan {MANY[:20]} 00:00:00 GMT",
    ],
)
def test_d09_a_wait_nobody_can_read_is_no_wait(value: str) -> None:
    assert retry_after_s(value) is None


def test_d05_a_range_beyond_all_numbers_is_not_the_one_asked_for() -> None:
    response = urllib3.HTTPResponse(status=206, headers={"Content-Range": f"bytes 5-{MANY}/{MANY}"})
    with pytest.raises(NotTheseBytes):
        check_answer(response, ASKED, 5, 9, 9, whole=False)


def test_d03_a_length_beyond_all_numbers_tells_nothing() -> None:
    response = urllib3.HTTPResponse(status=200, headers={"Content-Length": MANY})
    check_answer(response, ASKED, 0, 9, 9, whole=True)
