"""Trouble with the store: a full disk, a folder nobody may write to, a database that cannot be opened."""

import os
import subprocess
import sys
import textwrap

import pytest
from PySide6.QtCore import Qt

from oa_desktop.store.worker import StoreWorker
from oa_desktop.ui.single_window import SingleWindow
from tests.e2e.conftest import SLOW_MS, Window, fake_loader

SHOW_AND_CLOSE = textwrap.dedent(
    """
    import sys
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QGuiApplication
    stay = QGuiApplication.exec

    def exec_(application):
        window = application.topLevelWindows()[0]
        print(window.title(), flush=True)
        shown = [window.contentItem()]
        while shown:
            item = shown.pop()
            if item.objectName().startswith("problem") and item.property("text"):
                print(item.objectName(), item.property("text"), flush=True)
            shown.extend(item.childItems())
        QTimer.singleShot(0, application.quit)
        return stay()

    QGuiApplication.exec = exec_
    from oa_desktop.ui.app import run
    sys.exit(run([]))
    """
)


def start_app(home, code):
    environment = os.environ | {
        "OA_DESKTOP_HOME": str(home),
        "QT_QPA_PLATFORM": "offscreen",
        "QT_QUICK_BACKEND": "software",
    }
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def limit_pages(store, extra):
    """Let the database grow by so many pages only, as on a full disk."""
    connection = store._database.conn
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + extra}")


def test_s04_disk_full_keeps_the_draft(open_window, paths):
    window = open_window(fake_loader(paths))
    window.wait_for_engine()
    window.stored(lambda store: limit_pages(store, 0))
    text = "A prompt that does not fit. " * 400
    window.wiring.composer.setDraft(text)
    window.until(lambda: window.item("composerInput").property("text") == text)
    window.click("sendButton")
    window.until(lambda: window.find("banner-disk-full") is not None)
    assert window.item("composerInput").property("text") == text
    assert window.wiring.session.current is None

    window.stored(lambda store: limit_pages(store, 1_000_000))
    with window.replies():
        window.click("sendButton")
    assert window.tree.root.text == text
    window.until(lambda: window.item("composerInput").property("text") == "")


def test_s07_a_store_that_cannot_be_written_says_so_and_shows_everything(
    open_window, paths, qtbot, monkeypatch
):
    first = open_window(fake_loader(paths))
    first.wait_for_engine()
    first.ask("What is kept?")
    first.close()

    opened = StoreWorker.open
    monkeypatch.setattr(StoreWorker, "open", lambda path: opened(path, read_only=True))
    window = Window(qtbot, paths, fake_loader(paths))
    try:
        window.until(lambda: window.find("conversation0") is not None)
        window.click("conversation0")
        window.until(lambda: window.find("replyCard0") is not None)
        assert window.item("readOnlyBadge").property("text") == "read only"
        assert window.item("composerInput").property("readOnly")
        for hidden in ("newConversation", "moreReplies", "noneAcceptable", "getReplies"):
            assert window.find(hidden) is None
        window.item("replyCard1").forceActiveFocus()
        window.press(Qt.Key.Key_1)
        assert not window.wiring.session.current.feedback.rankings
        assert window.find("exportButton") is not None
        assert window.warnings == []
    finally:
        window.close()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda path: path.write_bytes(b"garbage" * 1000), "database"),
        (lambda path: path.write_bytes(b""), "missing or empty"),
    ],
    ids=["garbage", "empty"],
)
def test_s09_a_damaged_store_is_told_in_a_plain_window(tmp_path, damage, sentence):
    store = tmp_path / "data" / "store.sqlite3"
    store.parent.mkdir(parents=True)
    StoreWorker.open(store).close()
    damage(store)
    result = start_app(tmp_path, SHOW_AND_CLOSE)
    assert result.returncode == 1
    assert "problemTitle" in result.stdout
    assert sentence in result.stdout
    assert "problemDetail" in result.stdout
    assert str(store) in result.stdout
    assert "Traceback" not in result.stdout + result.stderr


def test_s11_a_newer_store_is_refused_and_left_alone(tmp_path):
    store = tmp_path / "data" / "store.sqlite3"
    store.parent.mkdir(parents=True)
    worker = StoreWorker.open(store)
    worker.submit(lambda opened: opened._database.conn.execute("PRAGMA user_version = 99999")).result()
    worker.close()
    before = store.read_bytes()
    result = start_app(tmp_path, SHOW_AND_CLOSE)
    assert result.returncode == 1
    assert "newer version" in result.stdout
    assert "Traceback" not in result.stdout + result.stderr
    assert store.read_bytes() == before


def test_s13_a_second_start_raises_the_first_window_and_ends(open_window, paths, qtbot):
    window = open_window(fake_loader(paths))
    listening = SingleWindow(paths.store, window.wiring)
    child = subprocess.Popen(
        [sys.executable, "-c", SHOW_AND_CLOSE],
        env=os.environ | {"OA_DESKTOP_HOME": str(paths.data.parent), "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with qtbot.waitSignal(listening.raise_requested, timeout=SLOW_MS):
        pass
    _, said = child.communicate(timeout=30)
    listening.close()
    assert child.returncode == 0
    assert "already open" in said
    assert "Traceback" not in said
