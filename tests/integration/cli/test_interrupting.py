"""Ctrl+C at a terminal: it ends what runs and nothing else, and no engine stays behind."""

import sys

import psutil
import pytest

from oa_desktop.conversation.message import Message, MessageState, Role
from oa_desktop.store.worker import StoreWorker

from .conftest import Command

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from .terminals import Terminal

LONG = ("--seed", 35, "--max-tokens", 900)
"""With this seed the fake model has 163 tokens to say to a hello, which take it eight seconds."""


def stored(command: Command) -> list[Message]:
    worker = StoreWorker.open(command.home / "data" / "store.sqlite3", read_only=True)
    try:
        summaries = worker.submit(lambda store: store.conversations.list(100, 0)).result()
        trees = [worker.submit(lambda store, t=s.tree_id: store.messages.tree(t)).result() for s in summaries]
    finally:
        worker.close()
    return [message for tree in trees for message in tree.walk()]


def replies(command: Command) -> list[Message]:
    return [message for message in stored(command) if message.role is Role.ASSISTANT]


def engines_of(terminal: Terminal) -> list[psutil.Process]:
    return psutil.Process(terminal.process.pid).children(recursive=True)


def test_ctrl_c_stops_the_reply_keeps_its_text_and_the_chat_goes_on(command: Command) -> None:
    terminal = Terminal(command.environment(), "chat", *LONG)
    terminal.until("> ")
    terminal.type("hello\n")
    terminal.until("hello\r\n")
    terminal.until(" ")
    terminal.press_ctrl_c()
    terminal.until("> ")
    terminal.type("/quit\n")
    assert terminal.end() == 0
    (reply,) = replies(command)
    assert reply.state is MessageState.STOPPED
    assert reply.text
    assert reply.text.split()[0] in terminal.shown


def test_ctrl_c_ends_a_single_question_with_what_there_is(command: Command) -> None:
    terminal = Terminal(command.environment(), "chat", "hello", *LONG)
    terminal.until("100%")
    terminal.until(" ")
    engines = engines_of(terminal)
    assert engines
    terminal.until("e")
    terminal.press_ctrl_c()
    assert terminal.end() == 130
    assert [reply.state for reply in replies(command)] == [MessageState.STOPPED]
    assert not psutil.wait_procs(engines, timeout=20)[1]


def test_ctrl_c_at_the_prompt_ends_the_chat_without_another_key(command: Command) -> None:
    terminal = Terminal(command.environment(), "chat")
    terminal.until("> ")
    engines = engines_of(terminal)
    terminal.press_ctrl_c()
    assert terminal.end() == 130
    assert not psutil.wait_procs(engines, timeout=20)[1]


def test_ctrl_c_while_the_model_loads_ends_the_command(command: Command) -> None:
    terminal = Terminal(command.environment(), "chat", "hello")
    terminal.until("Loading")
    terminal.press_ctrl_c()
    assert terminal.end() == 130
    assert replies(command) == []


def test_e01_an_engine_that_is_killed_in_a_reply_ends_json_with_one_sentence(command: Command) -> None:
    terminal = Terminal(command.environment(), "chat", "hello", "--json", *LONG)
    terminal.until("100%")
    terminal.until("\x1b[K")
    worker = StoreWorker.open(command.home / "data" / "store.sqlite3", read_only=True)
    try:
        while worker.submit(lambda store: store.stats()).result().messages < 2:
            pass
    finally:
        worker.close()
    for engine in engines_of(terminal):
        engine.kill()
    assert terminal.end() == 1
    said = terminal.shown[terminal.shown.rindex("\x1b[K") + 3 :]
    assert "signal 9" in said.splitlines()[0]
    assert "{" not in said.splitlines()[0]
    assert '"replies"' not in said
    assert [reply.state for reply in replies(command)] == [MessageState.INTERRUPTED]
