"""Each command from the outside: what it prints, what it leaves, how it ends."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import TOUR_MODEL, Command

pytestmark = pytest.mark.model


def test_the_tour_holds_and_its_file_is_valid_oasst(command: Command, tmp_path: Path) -> None:
    report = command.json("tour", "--out", tmp_path / "tour.jsonl")
    tree = json.loads(Path(report["export"]).read_text(encoding="utf-8"))
    assert tree["message_tree_id"] == report["tree_id"] == tree["prompt"]["message_id"]
    assert tree["tree_state"] == "ready_for_export"
    replies = tree["prompt"]["replies"]
    assert [reply["text"] for reply in replies] == report["replies"]
    assert [reply["rank"] for reply in replies] == [0, 1, 2, 3]
    assert all(reply["synthetic"] and reply["model_name"] == report["model"] for reply in replies)
    assert replies[0]["labels"]["quality"] == {"value": 1.0, "count": 1}
    assert replies[0]["replies"][0]["replies"][0]["text"] == report["answer"]
    assert report["same_after_import"] is True


def test_the_tour_prints_its_steps_and_its_file(command: Command) -> None:
    lines = command("tour").stdout.splitlines()
    assert lines[0].startswith("Asking ")
    assert Path(lines[-1].rpartition(": ")[2]).is_file()
    assert command.json("stats")["rankings"] == 1


def test_a_question_gets_as_many_replies_as_asked_for(command: Command) -> None:
    answer = command.json("chat", "hello", "--replies", 3, "--seed", 5, "--max-tokens", 20)
    assert len(answer["replies"]) == 3
    assert [reply["seed"] for reply in answer["replies"]] == [5, 6, 7]
    again = command.json("chat", "hello", "--replies", 3, "--seed", 5, "--max-tokens", 20)
    assert [r["text"] for r in again["replies"]] == [r["text"] for r in answer["replies"]]


def test_one_reply_is_printed_as_text(command: Command) -> None:
    assert command("chat", "hello", "--preset", "greedy").stdout.strip()


def test_a_prompt_format_that_does_not_suit_the_model_is_used_with_a_note(command: Command) -> None:
    done = command("chat", "Who is Li Bai?", "--max-tokens", "3", "--prompt-format", "chatml")
    assert "no <|im_start|> and no <|im_end|>" in done.stderr
    assert "im_start" not in command("chat", "Who?", "--max-tokens", "3", "--prompt-format", "auto").stderr


def test_without_a_display_the_bare_command_says_so_and_chats_in_the_terminal(command: Command) -> None:
    done = command(stdin="hello\n/quit\n")
    assert done.stderr.startswith("No display was found")
    assert done.stdout.strip()
    assert command.json("stats")["messages"] == 2


def test_several_replies_in_the_terminal_are_ranked_by_typing_their_order(command: Command) -> None:
    command("chat", "--replies", 2, stdin="hello\n2 1\nand now?\n1\n/quit\n")
    counts = command.json("stats")
    assert (counts["messages"], counts["rankings"]) == (6, 1)


def test_export_and_import_go_round(command: Command, tmp_path: Path) -> None:
    command("chat", "hello", "--replies", 2, "--max-tokens", 10)
    out = tmp_path / "all.jsonl.gz"
    written = command.json("export", out)
    assert (written["trees"], written["messages"]) == (1, 3)
    assert json.loads(gzip.decompress(out.read_bytes()))["prompt"]["text"] == "hello"
    other = Command(tmp_path / "second home")
    assert other.json("import", out)["files"][0]["messages"] == 3
    again = other.json("import", out)["files"][0]
    assert (again["messages"], again["skipped"]) == (0, 3)
    other("export", tmp_path / "all.md", "--format", "markdown")
    assert "hello" in (tmp_path / "all.md").read_text(encoding="utf-8")
    flat = tmp_path / "flat.jsonl"
    other("export", flat, "--format", "oasst-messages")
    assert len(flat.read_text(encoding="utf-8").splitlines()) == 3


def test_a_dry_run_changes_nothing(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text('{"message_id": "a", "text": "hi", "role": "prompter"}\n', encoding="utf-8")
    assert command.json("import", file, "--dry-run")["files"][0]["messages"] == 1
    assert command.json("stats")["messages"] == 0


def test_models_are_listed_imported_shown_and_removed(command: Command, tmp_path: Path) -> None:
    linked = tmp_path / "mine.gguf"
    linked.write_bytes(TOUR_MODEL.read_bytes())
    assert [m["ref"] for m in command.json("models", "list")["models"]] == ["tour"]
    ref = command.json("models", "import", linked)["ref"]
    assert command.json("models", "show", ref)["origin"] == "linked"
    assert command.json("chat", "hi", "--model", ref, "--max-tokens", 5)["replies"]
    command("models", "remove", ref)
    assert linked.is_file()
    assert len(command.json("models", "list")["models"]) == 1


def test_the_doctor_finds_a_fresh_installation_healthy(command: Command) -> None:
    assert command.json("doctor")["healthy"] is True


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["chat", ""], "empty"),
        (["chat", "hi", "--replies", "0"], "not 0"),
        (["chat", "hi", "--replies", "-1"], "not -1"),
        (["chat", "hi", "--replies", "5000"], "not 5000"),
        (["chat", "hi", "--max-tokens", "0"], "not 0"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_two(
    one_sentence: Callable[..., str], arguments: list[str], words: str
) -> None:
    assert words in one_sentence(*arguments, exit_code=2)


def test_an_unknown_option_ends_with_two(command: Command) -> None:
    assert "No such option" in command("chat", "--nonsense", exit_code=2).stderr


def test_a_missing_model_is_one_sentence(one_sentence: Callable[..., str]) -> None:
    assert "nowhere.gguf" in one_sentence("chat", "hi", "--model", "nowhere.gguf")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"GG", "gguf"),
        (b"\x00" * 4096, "gguf"),
        (b"tjgg" + b"\x00" * 400, "llama.cpp"),
        (TOUR_MODEL.read_bytes()[: 1 << 20] if TOUR_MODEL.exists() else b"", "incomplete"),
    ],
    ids=["e04-empty", "e04-short", "random", "ggml", "e05-truncated"],
)
def test_a_file_that_is_no_model_is_one_sentence_before_anything_starts(
    one_sentence: Callable[..., str], tmp_path: Path, content: bytes, words: str
) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(content)
    assert words in one_sentence("chat", "hi", "--model", broken).lower()


def test_a_faulty_line_names_itself_and_nothing_is_imported(
    one_sentence: Callable[..., str], command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "two.jsonl"
    good = '{"message_id": "a", "text": "hi", "role": "prompter"}'
    file.write_text(f'{good}\n{{"message_id": "b", "text": 5, "role": "prompter"}}\n', encoding="utf-8")
    said = one_sentence("import", file)
    assert "line 2" in said
    assert "text" in said
    assert command.json("stats")["messages"] == 0


def test_an_export_that_cannot_be_written_leaves_no_file(
    one_sentence: Callable[..., str], command: Command, tmp_path: Path
) -> None:
    command("stats")
    target = tmp_path / "nowhere" / "out.jsonl"
    assert "nowhere" in one_sentence("export", target)
    assert not target.parent.exists()
