"""What a command says and how it ends when its surroundings are not as they should be."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from oa_desktop.cli.main import cli

from .conftest import Command

GOOD = '{"message_id": "a", "text": "hi", "role": "prompter"}\n'
BROKEN_TEXT = os.fsdecode(b"caf\xe9") if sys.platform != "win32" else "caf\udce9"
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="file descriptors of POSIX")


def run_with(
    command: Command, redirection: str, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run as a shell does with this redirection."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, "-m", "oa_desktop", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env=command.environment(**environment),
        timeout=100,
    )


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["chat", "--nonsense"]])
def test_a_command_loads_only_what_it_needs(arguments: list[str]) -> None:
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from oa_desktop.__main__ import main; main(sys.argv[1:]); "
            "print([m for m in ('oa_desktop.cli.doctor', 'oa_desktop.oasst', 'PySide6', 'llama_cpp') "
            "if m in sys.modules], file=sys.stderr)",
            *arguments,
        ],
        capture_output=True,
        encoding="utf-8",
        timeout=100,
    )
    assert loaded.stderr.splitlines()[-1] == "[]"


def test_every_name_in_the_list_of_commands_is_a_command() -> None:
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        assert command.name == name


@posix_only
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_x02_a_full_output_is_one_sentence(command: Command) -> None:
    done = run_with(command, ">/dev/full", "stats", "--json")
    assert done.stderr == "The output cannot be written: No space left on device.\n"
    assert done.returncode == 1


@posix_only
@pytest.mark.parametrize("redirection", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_neither_fail_the_command_nor_reach_the_store(
    command: Command, redirection: str
) -> None:
    done = run_with(command, redirection, "doctor")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert command.json("stats")["messages"] == 0


@posix_only
@pytest.mark.model
def test_a_chat_whose_input_is_closed_ends_like_one_whose_input_is_over(command: Command) -> None:
    done = run_with(command, "<&-", "chat")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


@posix_only
@pytest.mark.model
def test_a_reader_that_goes_away_gets_no_complaint(command: Command) -> None:
    done = run_with(command, "| true", "chat", "hello")
    assert done.stderr == ""


@posix_only
@pytest.mark.model
def test_s19_broken_text_in_prompt_and_system_prompt_is_replaced_and_answered(command: Command) -> None:
    strict = {"PYTHONIOENCODING": "utf-8:strict"}
    answer = command.json("chat", BROKEN_TEXT, "--system", BROKEN_TEXT, "--max-tokens", 8, **strict)
    assert answer["prompt"] == "caf\ufffd"
    assert [reply["state"] for reply in answer["replies"]] == ["complete"]


@posix_only
@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        (["export", "out.jsonl", "--tree", BROKEN_TEXT], 2),
        (["models", "show", BROKEN_TEXT], 1),
        (["import", BROKEN_TEXT], 1),
        (["chat", "hi", "--model", BROKEN_TEXT], 1),
    ],
)
def test_c04_broken_text_in_any_argument_is_one_sentence(
    command: Command, tmp_path: Path, arguments: list[str], exit_code: int
) -> None:
    said = command(*arguments, exit_code=exit_code, PYTHONIOENCODING="utf-8:strict").stderr
    assert "mistake" not in said
    assert said


@pytest.mark.model
def test_json_keeps_every_character_where_the_output_cannot_hold_it(command: Command) -> None:
    assert command.json("chat", "你好", "--max-tokens", 8, PYTHONIOENCODING="ascii")["prompt"] == "你好"
    assert command("chat", "你好", "--max-tokens", 8, PYTHONIOENCODING="ascii").stdout


def test_a_file_that_is_refused_keeps_no_other_from_being_imported(command: Command, tmp_path: Path) -> None:
    good, bad, late = (tmp_path / name for name in ("good.jsonl", "bad.jsonl", "late.jsonl"))
    good.write_text(GOOD, encoding="utf-8")
    bad.write_text("\n".join(["5"] * 60), encoding="utf-8")
    late.write_text(GOOD.replace('"a"', '"b"'), encoding="utf-8")
    done = command("import", good, bad, late, "--json", exit_code=1)
    assert [Path(file["path"]).name for file in json.loads(done.stdout)["files"]] == [good.name, late.name]
    assert done.stderr.startswith("bad.jsonl was not imported")
    assert len(done.stderr.splitlines()) < 15
    assert command.json("stats")["messages"] == 2


def test_a_bug_is_one_sentence_and_its_place_is_in_the_log(command: Command) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, oa_desktop.cli.stats as stats; from oa_desktop.__main__ import main\n"
            "def broken(_): raise KeyError('secret')\n"
            "stats.asdict = broken\n"
            "sys.exit(main(['stats']))",
        ],
        capture_output=True,
        encoding="utf-8",
        env=command.environment(),
        timeout=100,
    )
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "KeyError" in done.stderr
    assert "in broken" in (command.home / "logs" / "app.log").read_text(encoding="utf-8")


def test_a_bug_before_there_is_a_log_is_one_sentence_all_the_same(command: Command) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, oa_desktop.cli.stats as stats; from oa_desktop.__main__ import main\n"
            "stats.App = None\n"
            "sys.exit(main(['stats']))",
        ],
        capture_output=True,
        encoding="utf-8",
        env=command.environment(),
        timeout=100,
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)


def test_a_window_whose_libraries_are_missing_points_to_the_terminal(command: Command) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from oa_desktop.__main__ import main\n"
            "sys.modules['PySide6'] = None\n"
            "sys.exit(main([]))",
        ],
        capture_output=True,
        encoding="utf-8",
        env=command.environment(QT_QPA_PLATFORM="offscreen"),
        timeout=100,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "oa-desktop chat" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="homes of other users")
def test_c04_a_home_of_nobody_is_no_bug(command: Command, tmp_path: Path) -> None:
    assert "~nobody-here" in command("models", "import", "~nobody-here/a.gguf", exit_code=1).stderr
    (tmp_path / "~nobody-here").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "oa_desktop", "stats"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        env=command.environment(OA_DESKTOP_HOME="~nobody-here"),
        timeout=100,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_s07_a_half_copied_model_that_cannot_be_removed_keeps_nobody_out(
    command: Command, without_privileges: Command
) -> None:
    command("stats")
    models = command.home / "data" / "models"
    (models / ".importing-999999999-a.gguf.tmp").write_bytes(b"half")
    models.chmod(0o500)
    try:
        assert without_privileges.json("models", "list")["models"]
    finally:
        models.chmod(0o700)


@pytest.mark.model
def test_the_tour_says_where_it_cannot_put_its_file(
    command: Command, one_sentence: Callable[..., str]
) -> None:
    command("stats")
    (command.home / "data" / "exports").write_text("in the way", encoding="utf-8")
    assert "exports" in one_sentence("tour")


def test_s07_what_needs_to_write_says_at_once_that_nothing_can_be_written(
    command: Command, without_privileges: Command, tmp_path: Path
) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text(GOOD, encoding="utf-8")
    command("import", file)
    places = [command.home, *command.home.rglob("*")]
    for place in places:
        place.chmod(place.stat().st_mode & ~0o222)
    try:
        for arguments in (["chat", "hello"], ["import", file], ["tour"]):
            said = without_privileges(*arguments, exit_code=1)
            assert (said.stdout, "reading only" in said.stderr) == ("", True)
        assert without_privileges.json("stats")["messages"] == 1
        assert without_privileges.json("export", tmp_path / "out.jsonl")["messages"] == 1
    finally:
        for place in places:
            place.chmod(place.stat().st_mode | 0o200)


def test_s09_the_doctor_finds_a_store_that_is_gone(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text(GOOD, encoding="utf-8")
    command("import", file)
    (command.home / "data" / "store.sqlite3").unlink()
    found = command.json("doctor", exit_code=1)
    assert any("missing" in finding["sentence"] for finding in found["findings"])
    assert not found["healthy"]


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999"])
def test_a_longest_reply_out_of_range_is_wrong_usage(one_sentence: Callable[..., str], number: str) -> None:
    assert f"not {number}" in one_sentence("chat", "hi", "--max-tokens", number, exit_code=2)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--gpu-layers", "some"], "gpu_layers cannot be 'some'; allowed: auto, all, or a number."),
        (["--kv-type", "q4_0"], "kv_type cannot be 'q4_0'; allowed: f16, q8_0."),
        (["--threads", "-1"], "threads cannot be -1; allowed: 0 to 512."),
        (
            ["--kv-type", "q8_0", "--flash-attn", "off"],
            "A KV cache of q8_0 needs flash attention, which is switched off.",
        ),
    ],
)
@pytest.mark.parametrize("arguments", [["chat", "hi"], ["serve"]])
def test_settings_of_the_engine_that_cannot_be_are_wrong_usage(
    one_sentence: Callable[..., str], arguments: list[str], options: list[str], sentence: str
) -> None:
    assert sentence in one_sentence(*arguments, *options, exit_code=2)


def test_settings_of_the_engine_hold_for_one_run_only(command: Command) -> None:
    command("chat", "hi", "--max-tokens", "2", "--kv-type", "q8_0", "--threads", "1", "--gpu-layers", "0")
    log = (command.home / "logs" / "engine.log").read_text()
    assert "cells of q8_0" in log
    assert "q8_0" not in (command.home / "config" / "settings.toml").read_text()
