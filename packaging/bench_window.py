"""How fast the window is, always beside a reference of the same run; offscreen, without a graphics card.

python3 packaging/dev.py bench-window [--rounds N] [--json]

A ratio is the middle one of the rounds' ratios; in a round a time and its reference are taken in turn.
Processor time is measured where this thread computes alone, the time on the clock where others take part.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

os.environ |= {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from PySide6.QtGui import QGuiApplication  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402

from oa_desktop.paths import app_paths  # noqa: E402
from oa_desktop.ui.blocks import display, highlight, inline  # noqa: E402
from oa_desktop.ui.fonts import load_fonts  # noqa: E402
from oa_desktop.ui.tree.tree_layout import lay_out  # noqa: E402
from tests.e2e.conftest import Window, fake_loader  # noqa: E402
from tests.e2e.seeding import bush, chain, talk  # noqa: E402
from tests.ui.long_texts import LONG_TEXTS  # noqa: E402
from tests.ui.message_page import MessagePage  # noqa: E402
from tests.ui.test_tree_layout import random_parents, tree_of  # noqa: E402

SCREENFUL = (
    "Plain words of a paragraph that takes two lines when the window is as wide as this. " * 2 + "\n\n"
) * 12
CACHES = (display.display, display.display_open, display.table_markup, inline.markup, highlight.highlighted)
SHORT = ("A few words ", "word ")
GROWING = {
    "code of 2,000 lines": ("```py\n" + "def f(a, b): return a + b\n" * 2_000, "x = 1\n"),
    "a paragraph of 3,000 words": ("word " * 3_000, "word "),
    "a paragraph after 1,000 others": ("some **bold** words\n\n" * 1_000, "word "),
}
TOKENS = 40
OPENED = {"a prompt with 2,000 replies": "wide", "a chain of 10,000 messages": "long"}
Measured = Callable[[], float]


def first_paint_s(page: MessagePage, text: str) -> float:
    page.model.set_text("")
    page.paint()
    QTest.qWait(1)  # what was shown before goes
    for cache in CACHES:
        cache.cache_clear()
    began = process_time()
    page.model.set_text(text)
    page.paint()
    return process_time() - began


def token_s(page: MessagePage, text: str, token: str) -> float:
    """The middle one of some tokens; every fortieth line of code costs more."""
    page.model.set_text("")
    page.model.append_text(text)
    page.paint()
    QTest.qWait(1)
    seconds = []
    for _ in range(TOKENS):
        began = process_time()
        page.model.append_text(token)
        page.paint()
        seconds.append(process_time() - began)
    return statistics.median(seconds)


def layout_s(count: int) -> float:
    """Per message."""
    tree = tree_of(random_parents(count, 1))
    began = process_time()
    lay_out(tree)
    return (process_time() - began) / count


class Waiting:
    """Runs the event loop, as pytest-qt does for the tests."""

    def waitUntil(self, condition: Callable[[], bool], timeout: int) -> None:
        until = perf_counter() + timeout / 1_000
        while not condition():
            if perf_counter() > until:
                raise TimeoutError
            QTest.qWait(1)


def opening_s(window: Window, name: str) -> float:
    """From asking for a conversation, another being open, to its thread and its tree on screen."""

    def is_shown() -> bool:
        nodes = window.wiring.tree.nodes.rows
        return (
            bool(nodes) and nodes[0].message_id.startswith(f"{name}-") and window.find("thread") is not None
        )

    began = perf_counter()
    window.wiring.session.open(f"{name}-0")
    window.until(is_shown)
    window.root.grabWindow()
    return perf_counter() - began


def measures(home: Path) -> Iterator[tuple[str, str, Measured, Measured]]:
    """What is measured, by group and name, and what it is compared with."""
    page = MessagePage()
    for name, text in LONG_TEXTS.items():
        first = (lambda text=text: first_paint_s(page, text)), (lambda: first_paint_s(page, SCREENFUL))
        yield ("first paint, over a screenful's", name, *first)
    for name, grown in GROWING.items():
        token = (lambda grown=grown: token_s(page, *grown)), (lambda: token_s(page, *SHORT))
        yield ("a token, over a short message's", name, *token)
    page.close()
    name = "10,000 messages, over 1,000, per message"
    yield "laying out a tree", name, lambda: layout_s(10_000), lambda: layout_s(1_000)
    paths = app_paths({"OA_DESKTOP_HOME": str(home)})
    paths.create()
    window = Window(Waiting(), paths, fake_loader(paths))
    window.stored(lambda store: talk(store, "short", replies=("One", "Two")))
    window.stored(lambda store: bush(store, "wide", 2_000))
    window.stored(lambda store: chain(store, "long", 10_000))
    window.wait_for_engine()
    for name, key in OPENED.items():
        opening_s(window, key)
        yield (
            "opening, over a short one's",
            name,
            lambda key=key: opening_s(window, key),
            lambda: opening_s(window, "short"),
        )
    window.close()


def main(arguments: list[str]) -> int:
    """Print the table, or one JSON document."""
    parser = argparse.ArgumentParser(prog="dev.py bench-window", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    application = QGuiApplication(sys.argv[:1])
    load_fonts()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as home:
        for group, name, work, reference in measures(Path(home)):
            pairs = [(work(), reference()) for _ in range(options.rounds)]
            mine, other = (statistics.median(column) * 1_000 for column in zip(*pairs, strict=True))
            ratio = statistics.median(first / second for first, second in pairs)
            rows.append({"group": group, "name": name, "ms": mine, "reference_ms": other, "ratio": ratio})
            if not options.json:
                print(f"{group:32}{name:42}{mine:9.3f}{other:9.3f} ms {ratio:7.2f}", flush=True)
    if options.json:
        print(json.dumps(rows, indent=2))
    del application
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
