"""A window opens where it was closed, if that is still on a screen."""

import json

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QWindow

from oa_desktop.ui.window_place import Place, WindowPlace, read_place, shown_in

SCREENS = [QRect(0, 0, 1920, 1080), QRect(1920, 0, 1280, 1024)]


@pytest.fixture
def window(qapp):
    made = QWindow()
    made.setGeometry(50, 60, 400, 300)
    made.show()
    yield made
    made.close()


def test_a_window_opens_where_it_was_closed(window, qapp, tmp_path):
    place = WindowPlace(window, tmp_path / "window.json")
    window.setGeometry(120, 130, 500, 350)
    qapp.processEvents()
    place.keep()
    other = QWindow()
    other.setGeometry(0, 0, 200, 200)
    WindowPlace(other, tmp_path / "window.json")
    assert other.geometry() == QRect(120, 130, 500, 350)


def test_a_maximized_window_opens_maximized_and_knows_its_size_before(window, qapp, tmp_path):
    place = WindowPlace(window, tmp_path / "window.json")
    window.showMaximized()
    qapp.processEvents()
    place.keep()
    assert read_place(tmp_path / "window.json") == Place(50, 60, 400, 300, maximized=True)
    other = QWindow()
    WindowPlace(other, tmp_path / "window.json")
    assert other.visibility() is QWindow.Visibility.Maximized
    other.close()


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (Place(100, 100, 800, 600), QRect(100, 100, 800, 600)),
        (Place(2000, 50, 800, 600), QRect(2000, 50, 800, 600)),
        (Place(4000, 50, 800, 600), None),
        (Place(100, 1060, 800, 600), None),
        (Place(-790, 100, 800, 600), None),
        (Place(-200, 100, 800, 600), QRect(0, 100, 600, 600)),
        (Place(0, 0, 2560, 1440), QRect(0, 0, 1920, 1080)),
    ],
    ids=["first", "second", "screen gone", "below", "beside", "half out", "larger"],
)
def test_a_place_that_cannot_be_reached_is_not_taken(place, expected):
    assert shown_in(place, SCREENS) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"x": 1}',
        '{"x": "1", "y": 1, "width": 5, "height": 5, "maximized": false}',
        '{"x": 1, "y": 1, "width": 0, "height": 5, "maximized": false}',
        '{"x": 1, "y": 1, "width": 99999999, "height": 5, "maximized": false}',
        '{"x": 1, "y": 1, "width": 5, "height": 5, "maximized": 2}',
        '{"x": 1, "y": 1, "width": 5, "height": 5, "maximized": false, "more": 1}',
        "[" * 100_000,
        "\0" * 1000,
    ],
    ids=range(11),
)
def test_c01_a_file_that_makes_no_sense_is_as_none(tmp_path, text):
    file = tmp_path / "window.json"
    file.write_text(text, "utf-8")
    assert read_place(file) is None


def test_c03_a_folder_that_cannot_be_written_does_not_matter(window, tmp_path):
    WindowPlace(window, tmp_path / "missing" / "window.json").keep()


def test_what_is_kept_is_a_plain_place(window, tmp_path):
    WindowPlace(window, tmp_path / "window.json").keep()
    assert json.loads((tmp_path / "window.json").read_text("utf-8")) == {
        "x": 50,
        "y": 60,
        "width": 400,
        "height": 300,
        "maximized": False,
    }
