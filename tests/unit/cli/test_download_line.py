"""A download in one line of a terminal."""

import pytest

from oa_desktop.cli.download_line import progress_line
from oa_desktop.hub.download.progress import Phase, Progress
from oa_desktop.hub.errors import HubUnreachable

RUNNING = Progress(Phase.RECEIVING, 301_000_000, 668_788_096, 12.3e6)


def test_a_running_download_shows_a_bar_the_amount_the_speed_and_the_time_left() -> None:
    line = progress_line(RUNNING, 79)
    assert line.startswith("█")
    assert line.endswith("45%  301 of 669 MB  12.3 MB/s  30 s left")
    assert "#" in progress_line(RUNNING, 79, blocks=False)
    assert progress_line(RUNNING, 79, blocks=False).isascii()


@pytest.mark.parametrize("columns", range(1, 100))
def test_a_line_never_is_wider_than_the_terminal_and_ends_with_a_whole_word(columns: int) -> None:
    line = progress_line(RUNNING, columns)
    assert len(line) <= columns
    assert columns < 4 or line.split("  ")[-1].strip() in ("45%", "301 of 669 MB", "12.3 MB/s", "30 s left")


@pytest.mark.parametrize(
    ("done", "rate", "left"),
    [
        (0, 1e6, "11 min left"),
        (0, 50e3, "3 h 43 min left"),
        (668_788_000, 1e6, "1 s left"),
        (0, 0.0, "0 bytes of 669 MB"),
        (0, 5, "5 bytes/s"),
    ],
)
def test_the_time_left_is_told_in_words_while_it_can_be_told(done: int, rate: float, left: str) -> None:
    assert progress_line(Progress(Phase.RECEIVING, done, 668_788_096, rate), 79).endswith(left)


def test_waiting_for_another_try_says_how_long_and_why() -> None:
    problem = HubUnreachable("cut", "The connection\nwas cut.")
    line = progress_line(Progress(Phase.RETRYING, 1, 10, retry_in_s=7.4, problem=problem), 79)
    assert line == "Trying again in 7 s. The connection�was cut."
    assert len(progress_line(Progress(Phase.RETRYING, 1, 10, problem=problem), 12)) <= 12


def test_asking_checking_and_waiting_for_another_program_are_told_apart() -> None:
    lines = {progress_line(Progress(phase, 5, 10, checked_bytes=5), 79) for phase in Phase}
    assert len(lines) == len(Phase)
    assert progress_line(Progress(Phase.CHECKING, 10, 10, checked_bytes=5), 79).startswith("Checking  █")
    assert "100%" in progress_line(Progress(Phase.RECEIVING, 12, 10), 79)
