"""Files written: the published form to the byte, whole or not at all."""

import gzip
import json
import os
import subprocess
import sys

import pytest

from oa_desktop.errors import ExchangeError
from oa_desktop.oasst import OasstNode, OasstTree, replacing, write_messages, write_trees
from oa_desktop.oasst.encode import tree_line
from tests.unit.oasst import oasst_data_reader
from tests.unit.oasst.samples import FIXTURES, chain, load

TWO = [chain(3), OasstTree("b", (OasstNode("b", "hi", "prompter"),))]


def leftovers(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_published_form_is_written_to_the_byte(tmp_path):
    _, trees = load(FIXTURES / "trees.jsonl")
    write_trees(tmp_path / "t.jsonl", trees)
    write_messages(tmp_path / "m.jsonl", trees)
    assert (tmp_path / "t.jsonl").read_bytes() == (FIXTURES / "trees.jsonl").read_bytes()
    assert (tmp_path / "m.jsonl").read_bytes() == (FIXTURES / "messages.jsonl").read_bytes()


def test_siblings_are_written_best_first_and_unranked_last(tmp_path):
    def reply(name, rank):
        return OasstNode(name, name, "assistant", "a", rank=rank)

    replies = (reply("none", None), reply("worst", 7), reply("best", 0), reply("also none", None))
    write_trees(tmp_path / "f.jsonl", [OasstTree("a", (OasstNode("a", "", "prompter"), *replies))])
    prompt = json.loads((tmp_path / "f.jsonl").read_bytes())["prompt"]
    assert [r["message_id"] for r in prompt["replies"]] == ["best", "worst", "none", "also none"]


@pytest.mark.parametrize("writer", [write_trees, write_messages])
@pytest.mark.parametrize("name", ["f.jsonl", "f.jsonl.gz"])
def test_x03_writing_twice_gives_the_same_bytes(tmp_path, writer, name):
    (tmp_path / "later").mkdir()
    first, second = tmp_path / name, tmp_path / "later" / name
    written = writer(first, TWO)
    writer(second, TWO)
    assert first.read_bytes() == second.read_bytes()
    assert written.size_bytes == first.stat().st_size
    assert (written.trees, written.messages) == (2, 4)


@pytest.mark.parametrize("writer", [write_trees, write_messages])
def test_x03_a_chain_of_ten_thousand_is_written_and_read_back(tmp_path, writer):
    tree = chain(10_000)
    writer(tmp_path / "f.jsonl.gz", [tree])
    assert load(tmp_path / "f.jsonl.gz")[1] == [tree]


def test_x03_what_utf8_cannot_hold_is_escaped_and_the_rest_is_plain(tmp_path):
    nodes = (OasstNode("a", "李白\u2028\x00", "prompter"), OasstNode("b", "\ud800 李", "assistant", "a"))
    write_trees(tmp_path / "f.jsonl", [OasstTree("a", nodes)])
    content = (tmp_path / "f.jsonl").read_bytes()
    assert "李白\u2028\\u0000".encode() in content
    assert rb"\ud800 \u674e" in content
    assert load(tmp_path / "f.jsonl")[1][0].nodes == nodes


def test_the_published_reader_loads_what_is_written(tmp_path):
    _, trees = load(FIXTURES / "trees.jsonl")
    write_trees(tmp_path / "t.jsonl", trees)
    write_messages(tmp_path / "m.jsonl", trees)
    assert len(oasst_data_reader.read(tmp_path / "t.jsonl")) == 3
    assert len(oasst_data_reader.read(tmp_path / "m.jsonl")) == sum(len(tree.nodes) for tree in trees)


def test_a_line_no_reader_would_take_back_is_refused_with_the_way_out(tmp_path):
    big = chain(20, text="x" * 1024 * 1024)
    with pytest.raises(ExchangeError, match="longer than 16 MiB") as caught:
        write_trees(tmp_path / "f.jsonl", [big])
    assert "oasst-messages" in caught.value.hint
    assert leftovers(tmp_path) == []
    assert write_messages(tmp_path / "f.jsonl", [big]).messages == 20


def test_x01_what_stops_half_way_leaves_no_file_and_the_old_one_unchanged(tmp_path):
    def stopping():
        yield TWO[0]
        raise InterruptedError("cancelled")

    class Cancelled(Exception):
        pass

    def cancelled():
        yield TWO[0]
        raise Cancelled

    (tmp_path / "f.jsonl").write_text("old")
    with pytest.raises(Cancelled):
        write_trees(tmp_path / "f.jsonl", cancelled())
    with pytest.raises(ExchangeError):
        write_trees(tmp_path / "new.jsonl.gz", stopping())
    assert leftovers(tmp_path) == ["f.jsonl"]
    assert (tmp_path / "f.jsonl").read_text() == "old"


FULL_DISK = """
import resource, sys
from pathlib import Path
from oa_desktop.errors import ExchangeError
from oa_desktop.oasst import write_trees
from tests.unit.oasst.samples import chain
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    write_trees(Path(sys.argv[1]), [chain(200)] * 3)
except ExchangeError as error:
    print(error.title)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
@pytest.mark.parametrize("name", ["f.jsonl", "f.jsonl.gz"])
@pytest.mark.parametrize("room", [0, 1, 700])
def test_x01_no_room_at_byte_k_leaves_nothing(tmp_path, name, room):
    path = tmp_path / name
    path.write_text("old")
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, path, str(room)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"The file {path} could not be written:")
    assert leftovers(tmp_path) == [name]
    assert path.read_text() == "old"


def test_x01_what_a_killed_export_left_is_swept_after_a_day(tmp_path):
    old, fresh = tmp_path / ".oa-desktop-old.part", tmp_path / ".oa-desktop-fresh.part"
    old.write_text("half")
    fresh.write_text("half")
    os.utime(old, (0, 0))
    write_trees(tmp_path / "f.jsonl", TWO)
    assert leftovers(tmp_path) == [".oa-desktop-fresh.part", "f.jsonl"]


@pytest.mark.skipif(sys.platform == "win32", reason="devices and pipes are POSIX")
def test_x02_a_target_that_is_no_file_is_named(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for path, what in (
        ("/dev/full", "/dev/full is not a regular file"),
        (tmp_path / "pipe", f"{tmp_path}/pipe is not a regular file"),
        (tmp_path / "folder", f"{tmp_path}/folder is a folder"),
        (
            tmp_path / "none" / "f.jsonl",
            f"{tmp_path}/none/f.jsonl cannot be written: its folder does not exist",
        ),
    ):
        with pytest.raises(ExchangeError) as caught:
            write_trees(type(tmp_path)(path), TWO)
        assert caught.value.title.startswith(what)
    assert leftovers(tmp_path) == ["folder", "pipe"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_x02_a_read_only_folder_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(ExchangeError, match=str(tmp_path)):
        write_trees(tmp_path / "f.jsonl", TWO)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_keeps_being_one_and_the_file_behind_it_keeps_its_mode(tmp_path):
    (tmp_path / "real.jsonl").write_text("old")
    (tmp_path / "real.jsonl").chmod(0o640)
    (tmp_path / "link.jsonl").symlink_to("real.jsonl")
    write_trees(tmp_path / "link.jsonl", TWO)
    assert (tmp_path / "link.jsonl").is_symlink()
    assert (tmp_path / "real.jsonl").stat().st_mode & 0o777 == 0o640
    assert load(tmp_path / "real.jsonl")[1] == TWO


def test_x04_what_does_not_read_back_the_same_never_takes_the_name(tmp_path, monkeypatch):
    monkeypatch.setattr("oa_desktop.oasst.whole_file._digest", lambda path, *, packed: b"other")
    (tmp_path / "f.jsonl").write_text("old")
    with pytest.raises(ExchangeError, match="does not read back the same"):
        write_trees(tmp_path / "f.jsonl", TWO)
    assert leftovers(tmp_path) == ["f.jsonl"]
    assert (tmp_path / "f.jsonl").read_text() == "old"


def test_x04_the_packed_file_is_whole(tmp_path):
    with replacing(tmp_path / "f.gz") as sink:
        sink.write(b"one ")
        sink.write(b"two")
    assert gzip.decompress((tmp_path / "f.gz").read_bytes()) == b"one two"


def test_a_tree_line_never_breaks_inside():
    assert tree_line(chain(5, text="a\r\nb\u2028c\x85d")).count(b"\n") == 1
