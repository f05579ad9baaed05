"""Lines to records: which are recognised, which are refused, and what is said of them."""

import gzip
import json
import re
import zlib

import pytest

from oa_desktop.errors import ExchangeError
from oa_desktop.oasst import Limits, MessageRecord, Rejected, TreeRecord, read_records
from oa_desktop.oasst.lines import MIB
from tests.unit.oasst.samples import (
    FIXTURES,
    REAL_DATA,
    load,
    message,
    needs_real_data,
    only_rejected,
    tree,
    write_lines,
)


def records(path, limits=None):
    return list(read_records(path, limits))


def test_a_tree_is_read_whole(tmp_path):
    replies = [
        message("m2", "m1", replies=[message("m4", "m2", role="prompter")]),
        message("m3", "m1", rank=0),
    ]
    path = write_lines(
        tmp_path / "t.jsonl", tree(message(replies=replies), tree_state="growing", origin="here")
    )
    [record] = records(path)
    assert isinstance(record, TreeRecord)
    assert [node.message_id for node in record.tree.nodes] == ["m1", "m2", "m4", "m3"]
    assert (record.tree.tree_state, record.tree.origin, record.tree.nodes[3].rank) == ("growing", "here", 0)


def test_both_forms_of_nothing_and_the_tables_of_hugging_face_give_the_same_trees():
    _, explicit = load(FIXTURES / "trees.jsonl")
    _, omitted = load(FIXTURES / "trees_nulls_omitted.jsonl")
    _, flat = load(FIXTURES / "messages.jsonl")
    _, table = load(FIXTURES / "hugging_face_rows.jsonl")

    def shown(tree, *, events=True):
        extra = () if events else ("events",)
        return [
            {name: getattr(node, name) for name in node.__slots__ if name not in extra} for node in tree.nodes
        ]

    assert [shown(t, events=False) for t in table] == [shown(t, events=False) for t in explicit]
    assert [shown(t) for t in flat] == [shown(t) for t in explicit]
    # A label whose mean is null and an event that holds nulls lose them when nulls are left out.
    assert [len(t.nodes) for t in omitted] == [len(t.nodes) for t in explicit]
    assert omitted[1:] == explicit[1:]


@needs_real_data
@pytest.mark.parametrize(
    ("name", "trees", "messages"),
    [
        ("oasst_en_100_tree.jsonl", 100, 1167),
        ("oasst_en_100_message.jsonl", 100, 1167),
        ("oa_history_backend_test.jsonl", 21, 150),
    ],
)
def test_real_files_are_read_whole(name, trees, messages):
    found, read = load(REAL_DATA / name)
    assert (found.trees, found.messages, found.rejected, found.ignored_keys) == (trees, messages, [], set())
    assert sum(len(tree.nodes) for tree in read) == messages


@needs_real_data
def test_a_file_that_is_not_oasst_is_refused_with_a_clear_reason():
    seed = only_rejected(REAL_DATA / "realistic_seed_data.json")
    assert str(seed) == (
        "line 1: starts a JSON document of several lines; the oasst format has one whole object a line"
    )
    found, _ = load(REAL_DATA / "prompt_lottery_en_250_text.jsonl")
    assert str(found.rejected[0]) == "line 1: is text, not a tree or a message"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"thread_id": "m2", "thread": []}', "is a thread; only trees and messages can be imported"),
        ('{"title": "x", "mapping": {}}', "is not a tree or a message: it has title, mapping"),
        ("{}", "is not a tree or a message: it has no keys"),
        ("[1]", "is a list, not a tree or a message"),
        ("null", "is null, not a tree or a message"),
    ],
)
def test_i12_other_objects_are_named(tmp_path, line, reason):
    assert only_rejected(write_lines(tmp_path / "f.jsonl", line)).reason == reason


def test_i12_trees_and_messages_in_one_file_are_recognised_line_by_line(tmp_path):
    path = write_lines(
        tmp_path / "mixed.jsonl",
        tree(message("a", settings={"token": "x"}), api_key="y"),
        message("b", message_tree_id="b"),
        "",
        message("c", "b", message_tree_id="b"),
    )
    kinds = [(type(record), record.line) for record in records(path)]
    assert kinds == [(TreeRecord, 1), (MessageRecord, 2), (MessageRecord, 4)]
    found, trees = load(path)
    assert [len(t.nodes) for t in trees] == [1, 2]
    assert found.ignored_keys == {"settings", "api_key"}


def test_i01_a_truncated_gzip_gives_the_trees_before_the_damage(tmp_path):
    text = "".join(
        json.dumps(tree(message(f"m{i}", text=str(zlib.crc32(b"%d" % i)) * 20))) + "\n" for i in range(400)
    )
    packed = gzip.compress(text.encode())
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    found, trees = load(path)
    assert 0 < found.trees == len(trees) < 400
    assert found.rejected[-1].final
    assert "damaged here" in found.rejected[-1].reason
    assert found.rejected[-1].line == found.trees + 1


@pytest.mark.parametrize("keep", [2, 5, 9])
def test_i01_a_gzip_cut_in_its_header_is_named_and_not_taken_for_empty(tmp_path, keep):
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(b"{}\n")[:keep])
    assert "damaged here" in only_rejected(path).reason


def test_i01_a_wrong_checksum_is_named(tmp_path):
    packed = bytearray(gzip.compress(json.dumps(tree(message())).encode() + b"\n"))
    packed[-6] ^= 0xFF
    path = tmp_path / "crc.jsonl.gz"
    path.write_bytes(packed)
    found, _ = load(path)
    assert found.rejected[0].final
    assert "CRC" in found.rejected[0].reason


def test_i01_compression_is_told_from_the_content_not_the_name(tmp_path):
    line = json.dumps(tree(message())).encode() + b"\n"
    (tmp_path / "plain.jsonl.gz").write_bytes(line)
    (tmp_path / "packed.jsonl").write_bytes(gzip.compress(line) + gzip.compress(line.replace(b"m1", b"m2")))
    assert load(tmp_path / "plain.jsonl.gz")[0].trees == 1
    assert load(tmp_path / "packed.jsonl")[0].trees == 2


def test_i02_a_bad_line_is_named_with_line_and_column_and_the_others_are_read(tmp_path):
    bad = '{"message_id": "m1", "text": "x", "role": "prompter", "rank": NaN}'
    path = write_lines(tmp_path / "f.jsonl", tree(message("m0")), bad, tree(message("m2")))
    first, second, third = records(path)
    assert isinstance(first, TreeRecord)
    assert isinstance(third, TreeRecord)
    assert str(second) == "line 2, column 63: is not JSON: NaN is not a JSON number"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"text": None}, "text: must be text, is null"),
        ({"text": 7}, "text: must be text, is a number"),
        ({"text": ["a"]}, "text: must be text, is a list"),
        ({"role": None}, "role: must be prompter or assistant, is null"),
        ({"message_id": None}, "message_id: is missing"),
        ({"message_id": 4}, "message_id: must be text, is a number"),
        ({"message_id": "x" * 129}, "message_id: must have 1 to 128 characters, has 129"),
        ({"message_id": "a\x00b"}, "message_id: holds a control character or half a surrogate pair"),
        ({"rank": "0"}, "rank: must be a whole number, is text"),
        ({"rank": True}, "rank: must be a whole number, is true or false"),
        ({"rank": 0.5}, "rank: must be a whole number, is 0.5"),
        ({"rank": 10**30}, "rank: is a number too large"),
        ({"deleted": 1}, "deleted: must be true or false, is a number"),
        ({"created_date": "yesterday"}, "created_date: is not a date: 'yesterday'"),
        ({"created_date": []}, "created_date: must be a date, is a list"),
        ({"created_date": 1e300}, "created_date: is not a date: '1e+300'"),
        ({"lang": 3}, "lang: must be text, is a number"),
        ({"emojis": {"+1": None}}, "emojis.+1: is missing"),
        ({"emojis": {"name": ["+1"], "count": []}}, "emojis: the lists name, count differ in length"),
        ({"emojis": {"name": [1], "count": [1]}}, "emojis.name: must hold texts"),
        ({"labels": {"spam": {"value": 0.5}}}, "labels.spam.count: is missing"),
        ({"labels": {"spam": 1}}, "labels.spam: must be an object, is a number"),
        ({"labels": {"name": ["spam"], "count": [1]}}, "labels.value: must be a list, is null"),
        ({"labels": {"spam": {"value": 10**400, "count": 1}}}, "labels.spam.value: is a number too large"),
        ({"events": []}, "events: must be an object, is a list"),
        ({"events": {"emoji": {}}}, "events.emoji: must be a list, is an object"),
        ({"detoxify": {"toxicity": 0.1}}, "detoxify.severe_toxicity: is missing"),
        ({"replies": {}}, "replies: must be a list, is an object"),
        ({"replies": [None]}, "replies: must hold objects only"),
    ],
)
def test_i05_a_wrong_field_is_named_with_its_line(tmp_path, change, complaint):
    path = write_lines(tmp_path / "f.jsonl", "", tree(message() | change, message_tree_id="m1"))
    rejected = only_rejected(path)
    assert re.sub(r" \(message .*\)$", "", str(rejected)) == f"line 2: {complaint}"


@pytest.mark.parametrize(
    "field", ["parent_id", "created_date", "lang", "user_id", "rank", "labels", "replies"]
)
def test_i05_every_field_but_id_role_and_text_may_be_missing(tmp_path, field):
    bare = {"message_id": "m1", "text": "", "role": "prompter"}
    assert load(write_lines(tmp_path / "a.jsonl", tree(bare)))[0].trees == 1
    assert load(write_lines(tmp_path / "b.jsonl", tree(bare | {field: None})))[0].trees == 1


def test_i05_events_nested_past_reason_are_refused(tmp_path):
    events = '{"emoji": ' + "[" * 5_000 + "]" * 5_000 + "}"
    line = '{"message_id": "m1", "text": "", "role": "prompter", "events": ' + events + "}"
    rejected = only_rejected(write_lines(tmp_path / "f.jsonl", line))
    assert rejected.reason == "is nested deeper than 100 levels (message m1)"


@pytest.mark.parametrize("role", ["tool", "function", "System", "user", ""])
def test_i06_an_unknown_role_is_named_and_nothing_is_guessed(tmp_path, role):
    replies = [message("m2", "m1", role=role)]
    rejected = only_rejected(write_lines(tmp_path / "f.jsonl", tree(message(replies=replies))))
    assert (rejected.field, rejected.line) == ("role", 1)
    assert rejected.reason == f"must be prompter or assistant, is {role!r} (message m2)"


def test_i06_equal_roles_in_a_row_and_an_assistant_first_are_kept_as_they_are(tmp_path):
    replies = [message("m2", "m1", role="assistant", replies=[message("m3", "m2", role="assistant")])]
    _, [read] = load(write_lines(tmp_path / "f.jsonl", tree(message(role="assistant", replies=replies))))
    assert [node.role for node in read.nodes] == ["assistant"] * 3


def test_i07_a_gzip_of_endless_zeros_stops_early(tmp_path, monkeypatch):
    unpacked = []
    read = gzip.GzipFile.read

    def counted(file, size=-1):
        piece = read(file, size)
        unpacked.append(len(piece))
        return piece

    monkeypatch.setattr(gzip.GzipFile, "read", counted)
    path = tmp_path / "bomb.jsonl.gz"
    path.write_bytes(gzip.compress(bytes(64 * MIB)) * 16)
    too_long, ratio = records(path)
    assert too_long.reason == "is longer than 16 MiB"
    assert ratio.reason == "the file unpacks to more than 200 times its size"
    assert ratio.final
    assert 64 * MIB < sum(unpacked) < 66 * MIB, "of 1,024"


def test_i07_a_long_line_is_skipped_and_the_next_one_is_read(tmp_path):
    path = write_lines(tmp_path / "f.jsonl", message("m1", text="x" * 5000), tree(message("m2")))
    long, good = records(path, Limits(line_bytes=2000))
    assert isinstance(long, Rejected)
    assert isinstance(good, TreeRecord)
    assert good.line == 2


def test_i07_the_total_is_bounded(tmp_path):
    path = write_lines(tmp_path / "f.jsonl", *(tree(message(f"m{i}", text="x" * MIB)) for i in range(4)))
    *trees, last = records(path, Limits(total_bytes=3 * MIB))
    assert len(trees) == 2
    assert last == Rejected(3, "there is room for 3 MiB of text here, and this file has more", final=True)


def test_i07_reading_stops_after_too_many_faults(tmp_path):
    path = write_lines(tmp_path / "f.jsonl", *["nonsense"] * 50)
    found = records(path, Limits(faults=10))
    assert len(found) == 11
    assert found[-1].final


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04rest", "is a zip archive; unpack it first"),
        (b"PAR1rest", "is a Parquet table; the oasst format is JSON, one object a line"),
        (gzip.compress(gzip.compress(b"{}")), "is compressed twice; unpack it once"),
        (b"SQLite format 3\x00", "is a database, not conversations"),
        (gzip.compress(b"GGUF"), "is a model, not conversations"),
    ],
)
def test_i07_other_containers_are_named(tmp_path, content, what):
    path = tmp_path / "f.jsonl"
    path.write_bytes(content)
    with pytest.raises(ExchangeError) as caught:
        records(path)
    assert caught.value.title == f"The file {path} {what}."


TEXT = json.dumps(tree(message(text="Käse 李白 🥛")), ensure_ascii=False)


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        gzip.compress(TEXT.encode("utf-16")),
        TEXT.encode() + b"\r\n",
        b"\r\n" + TEXT.encode() + b"\r\n\r\n",
        b"\n \n" + TEXT.encode(),
    ],
)
def test_i08_encodings_marks_and_line_ends_are_told_apart(tmp_path, content):
    path = tmp_path / "f.jsonl"
    path.write_bytes(content)
    found, [read] = load(path)
    assert found.rejected == []
    assert read.prompt.text == "Käse 李白 🥛"


def test_i08_another_encoding_is_named_with_its_line_and_column(tmp_path):
    path = tmp_path / "f.jsonl"
    path.write_bytes(TEXT.encode() + b'\n{"text": "K\xe4se"}\n' + TEXT.replace("m1", "m2").encode())
    first, second, third = records(path)
    assert isinstance(first, TreeRecord)
    assert isinstance(third, TreeRecord)
    assert str(second) == "line 2, column 12: is not UTF-8 text (byte 0xe4); save the file as UTF-8"


def test_i08_broken_utf16_is_named(tmp_path):
    path = tmp_path / "f.jsonl"
    path.write_bytes(TEXT.encode("utf-16") + b"\x00\xd8\x41\x00")
    assert records(path)[-1].final


def test_i08_half_a_surrogate_pair_is_read_as_it_is(tmp_path):
    path = write_lines(tmp_path / "f.jsonl", tree(message(text="a\ud800b")))
    assert load(path)[1][0].prompt.text == "a\ud800b"


def test_an_empty_file_holds_nothing(tmp_path):
    (tmp_path / "empty.jsonl").write_bytes(b"")
    (tmp_path / "empty.jsonl.gz").write_bytes(gzip.compress(b""))
    assert records(tmp_path / "empty.jsonl") == records(tmp_path / "empty.jsonl.gz") == []


def test_what_cannot_be_opened_is_named(tmp_path):
    for path, what in ((tmp_path / "none.jsonl", "does not exist"), (tmp_path, "is not a file")):
        with pytest.raises(ExchangeError) as caught:
            records(path)
        assert caught.value.title == f"The file {path} {what}."
