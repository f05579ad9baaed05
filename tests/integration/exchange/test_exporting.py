"""What people did here, merged with what files said, and nothing else that this machine knows."""

import asyncio
import gzip
import json
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from oa_desktop.conversation.feedback import Emoji, LabelSet, Ranking, Reaction
from oa_desktop.conversation.labels import Label
from oa_desktop.conversation.message import Generation, Message, MessageId, MessageState, Role, TreeId
from oa_desktop.errors import ExchangeError
from oa_desktop.services.cancelling import ExchangeCancelled
from oa_desktop.services.exporting import ExportFilter, export_file
from oa_desktop.services.importing import import_file
from oa_desktop.services.outgoing import Disclosure, without_folders
from oa_desktop.store.errors import NotInStore
from tests.unit.oasst import oasst_data_reader
from tests.unit.oasst.samples import FIXTURES, message, tree, write_lines

WHEN = datetime(2026, 3, 4, 5, 6, 7, 89, UTC)
ROOT = TreeId("root")
MANY = [f"m{i}" for i in range(200)]


def prompt(message_id="root", text="A question", **values):
    return Message(
        MessageId(message_id), TreeId(message_id), None, Role.PROMPTER, text, created_at=WHEN, **values
    )


def reply(message_id, parent_id="root", **values):
    made = Message(MessageId(message_id), ROOT, MessageId(parent_id), Role.ASSISTANT, f"text of {message_id}")
    return replace(made, **{"created_at": WHEN, "synthetic": True, "model_name": "tour", **values})


def label_set(message_id, annotator="local", **values):
    return LabelSet(
        MessageId(message_id), annotator, WHEN, {Label(name): value for name, value in values.items()}
    )


def ranking(*groups, annotator="local", not_rankable=False):
    ids = tuple(tuple(MessageId(i) for i in group.split()) for group in groups)
    return Ranking(MessageId("root"), annotator, WHEN, ids, not_rankable)


async def start(worker, *replies, **values):
    def add(store):
        store.conversations.create(prompt(**values), title="The secret title")
        store.messages.add(replies)

    await worker.run(add)


async def tell(worker, *events):
    def add(store):
        for event in events:
            match event:
                case LabelSet():
                    store.feedback.add_label_set(event)
                case Ranking():
                    store.feedback.add_ranking(event)
                case Reaction():
                    store.feedback.add_reaction(event)

    await worker.run(add)


async def exported(worker, tmp_path, **options):
    """Every node of the one exported tree by id, the root's first, and the tree itself under ""."""
    await export_file(worker, tmp_path / "out.jsonl", **options)
    assert oasst_data_reader.read(tmp_path / "out.jsonl")
    [line] = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    nodes, stack = {"": json.loads(line)}, [json.loads(line)["prompt"]]
    while stack:
        node = stack.pop(0)
        nodes[node["message_id"]] = node
        stack.extend(node["replies"])
    return nodes


async def test_a_conversation_of_this_app_is_written_with_every_key(worker, tmp_path):
    await start(worker, reply("b"), lang="en")
    nodes = await exported(worker, tmp_path)
    assert nodes[""]["message_tree_id"] == "root"
    assert nodes[""]["tree_state"] == "growing"
    assert nodes["root"] | {"replies": []} == {
        "message_id": "root",
        "parent_id": None,
        "user_id": None,
        "created_date": "2026-03-04T05:06:07.000089+00:00",
        "text": "A question",
        "role": "prompter",
        "lang": "en",
        "review_count": 0,
        "review_result": None,
        "deleted": False,
        "rank": None,
        "synthetic": False,
        "model_name": None,
        "emojis": None,
        "replies": [],
        "labels": None,
        "events": None,
        "detoxify": None,
        "message_tree_id": None,
        "tree_state": None,
    }
    assert (nodes["b"]["synthetic"], nodes["b"]["model_name"]) == (True, "tour")


async def test_rankings_become_ranks_and_events(worker, tmp_path):
    await start(worker, reply("b"), reply("c"), reply("d"), reply("e"))
    await tell(worker, ranking("b", "c", "d"), ranking("d", "b c"))
    nodes = await exported(worker, tmp_path, disclosure=Disclosure(annotator_id="anon-1"))
    assert [nodes[name]["rank"] for name in "bcde"] == [1, 2, 0, None]
    assert [r["message_id"] for r in nodes["root"]["replies"]] == ["d", "b", "c", "e"]
    assert nodes["root"]["events"] == {
        "ranking": [
            {
                "type": "ranking",
                "user_id": "anon-1",
                "ranking": [2, 0, 1],
                "ranked_message_ids": ["d", "b", "c"],
                "ranking_parent_id": "root",
                "message_tree_id": "root",
                "not_rankable": False,
            }
        ]
    }
    assert nodes["root"]["user_id"] == "anon-1"
    assert nodes["b"]["user_id"] is None
    assert nodes[""]["tree_state"] == "ready_for_export"


async def test_two_annotators_are_merged(worker, tmp_path):
    await start(worker, reply("b"), reply("c"))
    await tell(worker, ranking("b", "c", annotator="x"), ranking("b", "c", annotator="y"))
    await tell(worker, label_set("b", "x", spam=0, quality=1), label_set("b", "y", spam=0, quality=0.5))
    nodes = await exported(worker, tmp_path)
    assert len(nodes["root"]["events"]["ranking"]) == 2
    assert nodes["b"]["labels"] == {
        "spam": {"value": 0.0, "count": 2},
        "quality": {"value": 0.75, "count": 2},
    }
    assert (nodes["b"]["review_count"], nodes["b"]["review_result"]) == (2, True)


async def test_none_acceptable_is_an_event_and_ranks_nothing(worker, tmp_path):
    await start(worker, reply("b"), reply("c"))
    await tell(worker, ranking("b c", not_rankable=True))
    nodes = await exported(worker, tmp_path)
    assert nodes["root"]["events"]["ranking"][0]["not_rankable"] is True
    assert [nodes[name]["rank"] for name in "bc"] == [None, None]


@pytest.mark.parametrize(
    ("labels", "accepted"),
    [
        ({"spam": 1}, False),
        ({"spam": 0}, True),
        ({"spam": 0, "lang_mismatch": 1}, False),
        ({"quality": 0}, True),
    ],
)
async def test_a_label_set_is_a_review_and_decides_acceptance(worker, tmp_path, labels, accepted):
    await start(worker, reply("b"))
    await tell(worker, label_set("b", spam=0.5), label_set("b", **labels))
    node = (await exported(worker, tmp_path))["b"]
    assert (node["review_count"], node["review_result"]) == (1, accepted)


async def test_feedback_here_is_merged_with_what_a_file_said(worker, tmp_path):
    labels = {
        "spam": {"value": 0.0, "count": 3},
        "quality": {"value": 0.5, "count": 3},
        "humor": {"value": None, "count": 0},
    }
    said = {"review_count": 3, "review_result": True, "emojis": {"+1": 4, "_skip_reply": 2}, "labels": labels}
    event = {"type": "ranking", "user_id": None, "ranking": [0, 1], "ranked_message_ids": ["c", "b"]}
    replies = [message("c", "root", rank=0), message("b", "root", rank=1, **said)]
    imported = tree(
        message("root", events={"ranking": [event]}, replies=replies), tree_state="ready_for_export"
    )
    await import_file(worker, write_lines(tmp_path / "in.jsonl", imported))
    await tell(
        worker,
        label_set("b", spam=0, quality=1, humor=0.25, creativity=0.5),
        ranking("b", "c"),
        Reaction(MessageId("b"), "local", WHEN, Emoji.THUMBS_UP),
        Reaction(MessageId("b"), "local", WHEN, Emoji.CLAP),
        Reaction(MessageId("b"), "local", WHEN, Emoji.CLAP, present=False),
    )
    nodes = await exported(worker, tmp_path)
    assert nodes["b"]["labels"] == {
        "spam": {"value": 0.0, "count": 4},
        "quality": {"value": 0.625, "count": 4},
        "humor": {"value": 0.25, "count": 1},
        "creativity": {"value": 0.5, "count": 1},
    }
    assert nodes["b"]["emojis"] == {"+1": 5, "_skip_reply": 2}
    assert (nodes["b"]["review_count"], nodes["b"]["review_result"]) == (4, True)
    assert (nodes["b"]["rank"], nodes["c"]["rank"]) == (0, 1)
    assert [e["ranked_message_ids"] for e in nodes["root"]["events"]["ranking"]] == [["c", "b"], ["b", "c"]]
    assert nodes["c"]["labels"] is None


async def test_a_new_reply_to_an_imported_ranking_reopens_the_tree(worker, tmp_path):
    replies = [message("b", "root", rank=0), message("c", "root", rank=1)]
    imported = tree(message("root", replies=replies), tree_state="ready_for_export")
    await import_file(worker, write_lines(tmp_path / "in.jsonl", imported))
    assert (await exported(worker, tmp_path))[""]["tree_state"] == "ready_for_export"
    await worker.run(lambda store: store.messages.add([reply("d", "b", role=Role.PROMPTER, synthetic=False)]))
    await worker.run(lambda store: store.messages.add([reply("e", "d"), reply("f", "d")]))
    nodes = await exported(worker, tmp_path)
    assert nodes[""]["tree_state"] == "ranking"
    assert (nodes["b"]["rank"], nodes["e"]["rank"]) == (0, None)


async def test_unfinished_empty_and_deleted_messages_stay_here_and_are_counted(worker, tmp_path):
    await start(
        worker,
        reply("partial", state=MessageState.STOPPED),
        reply("streaming", state=MessageState.STREAMING),
        reply("empty", text="", state=MessageState.FAILED),
        reply("gone"),
        reply("below", "gone", role=Role.PROMPTER),
    )
    await worker.run(lambda store: store.messages.delete(MessageId("gone")))
    report = await export_file(worker, tmp_path / "out.jsonl")
    assert report.left_out == {"unfinished": 1, "empty": 1, "deleted": 2}
    assert report.messages == 2
    with_deleted = await exported(worker, tmp_path, disclosure=Disclosure(deleted=True))
    assert with_deleted["gone"]["deleted"] is True
    assert "below" in with_deleted


async def test_a_ranking_does_not_name_what_stays_here(worker, tmp_path):
    await start(worker, reply("b"), reply("c"), reply("gone"))
    await tell(worker, ranking("b", "gone", "c"))
    await worker.run(lambda store: store.messages.delete(MessageId("gone")))
    nodes = await exported(worker, tmp_path)
    [event] = nodes["root"]["events"]["ranking"]
    assert (event["ranking"], event["ranked_message_ids"]) == ([0, 1], ["b", "c"])
    assert (nodes["b"]["rank"], nodes["c"]["rank"]) == (0, 2)


@pytest.mark.parametrize("format", ["oasst", "oasst-messages", "markdown"])
async def test_x05_nothing_planted_leaves_unless_it_is_ticked(worker, tmp_path, format):
    made = Generation(
        seed=424242, system_prompt="canary-system", error="canary-error", preset="canary-preset"
    )
    await start(
        worker,
        reply(
            "b",
            generation=made,
            model_name="/home/canary-user/models/canary.gguf".replace("canary.gguf", "m.gguf"),
        ),
        reply("c", model_name=r"C:\Users\canary-user\m.gguf"),
        reply("gone", text="canary-deleted"),
        text="A question",
    )

    def plant(store):
        store.messages.delete(MessageId("gone"))
        store.conversations.set_system_prompt(ROOT, "canary-instructions")
        store.conversations.set_draft(ROOT, "canary-draft")

    await worker.run(plant)
    await tell(worker, ranking("b", "c", annotator="canary-name"), label_set("b", "canary-name", spam=0))
    await export_file(worker, tmp_path / "out", format, disclosure=Disclosure(dates=False))
    content = (tmp_path / "out").read_bytes()
    assert b"canary" not in content
    assert b"424242" not in content
    assert b"2026" not in content
    assert str(tmp_path).encode() not in content
    assert (b"secret title" in content) == (format == "markdown")
    await export_file(
        worker, tmp_path / "out", format, disclosure=Disclosure(deleted=True, annotator_id="ticked")
    )
    assert b"canary-deleted" in (tmp_path / "out").read_bytes()
    assert (b"ticked" in (tmp_path / "out").read_bytes()) == (format != "markdown")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("OpenAssistant/llama2-13b-orca-8k-3319", "OpenAssistant/llama2-13b-orca-8k-3319"),
        ("oasst-sft-0_3000,max_new_tokens=400 (..)", "oasst-sft-0_3000,max_new_tokens=400 (..)"),
        ("/home/me/models/a.gguf", "a.gguf"),
        ("~/a.gguf", "a.gguf"),
        ("./models/a.gguf", "a.gguf"),
        ("../a.gguf", "a.gguf"),
        (r"C:\Users\me\a.gguf", "a.gguf"),
        (r"\\server\share\a.gguf", "a.gguf"),
        ("file:///home/me/a.gguf", "a.gguf"),
        (None, None),
    ],
)
def test_x05_a_model_named_by_its_path_keeps_its_name_only(name, shown):
    assert without_folders(name) == shown


@pytest.mark.parametrize(
    ("chosen", "ids"),
    [
        (ExportFilter(), ["root", "b", "c"]),
        (ExportFilter(langs=frozenset({"de"})), ["b"]),
        (ExportFilter(states=frozenset({"growing"})), ["root", "b"]),
        (ExportFilter(states=frozenset({"ready_for_export"}), ranked_only=True), ["c"]),
        (ExportFilter(ranked_only=True), ["c"]),
        (ExportFilter(min_messages=2), ["root", "c"]),
    ],
)
async def test_filters_choose_conversations(worker, tmp_path, chosen, ids):
    await start(worker, reply("r1"), lang="en")
    await worker.run(lambda store: store.conversations.create(prompt("b", lang="de")))
    ranked = tree(
        message("c", lang="fr", replies=[message("c1", "c", rank=0)]), tree_state="ready_for_export"
    )
    await import_file(worker, write_lines(tmp_path / "in.jsonl", ranked))
    report = await export_file(worker, tmp_path / "out.jsonl", chosen=chosen)
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["message_tree_id"] for line in lines] == ids
    assert report.trees == len(ids)


async def test_conversations_can_be_named_and_come_in_that_order(worker, tmp_path):
    await import_file(worker, FIXTURES / "trees.jsonl")
    ids = await worker.run(lambda store: store.conversations.tree_ids())
    chosen = [ids[2], ids[0]]
    await export_file(worker, tmp_path / "out.jsonl.gz", tree_ids=chosen)
    lines = gzip.decompress((tmp_path / "out.jsonl.gz").read_bytes()).splitlines()
    assert [json.loads(line)["message_tree_id"] for line in lines] == chosen
    with pytest.raises(NotInStore):
        await export_file(worker, tmp_path / "none.jsonl", tree_ids=[TreeId("unknown")])
    assert not (tmp_path / "none.jsonl").exists()


async def test_a_deleted_conversation_stays_here(worker, tmp_path):
    await start(worker)
    await worker.run(lambda store: store.conversations.delete(ROOT))
    with pytest.raises(ExchangeError, match="No conversation matches"):
        await export_file(worker, tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()


async def test_x01_cancelling_half_way_leaves_the_old_file(worker, tmp_path):
    await import_file(
        worker, write_lines(tmp_path / "in.jsonl", *(tree(message(f"m{i}")) for i in range(200)))
    )
    (tmp_path / "out.jsonl").write_text("old")
    cancel = threading.Event()
    with pytest.raises(ExchangeCancelled):
        await export_file(
            worker, tmp_path / "out.jsonl", cancel=cancel, on_progress=lambda done: cancel.set()
        )
    assert (tmp_path / "out.jsonl").read_text() == "old"
    assert [path.name for path in tmp_path.glob(".*")] == []


async def test_x01_cancelling_the_task_has_cleaned_up_when_it_ends(worker, tmp_path):
    await import_file(
        worker, write_lines(tmp_path / "in.jsonl", *(tree(message(f"m{i}")) for i in range(200)))
    )
    begun, cancelled = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def hold(done):
        loop.call_soon_threadsafe(begun.set)
        assert cancelled.wait(30)

    task = asyncio.create_task(export_file(worker, tmp_path / "out.jsonl", on_progress=hold))
    await begun.wait()
    task.cancel()
    await asyncio.sleep(0)
    cancelled.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "profile-0"]


async def test_x02_a_place_that_cannot_be_written_is_named(worker, tmp_path):
    await start(worker)
    for format in ("oasst", "oasst-messages", "markdown"):
        with pytest.raises(ExchangeError) as caught:
            await export_file(worker, tmp_path, format)
        assert str(tmp_path) in caught.value.title
