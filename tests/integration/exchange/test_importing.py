"""Imports into a real store: all or nothing, twice is once, and a report that names everything."""

import asyncio
import gzip
import json
import threading

import pytest

from oa_desktop.conversation.message import MessageId, TreeId
from oa_desktop.errors import ExchangeError
from oa_desktop.services import importing
from oa_desktop.services.cancelling import ExchangeCancelled
from oa_desktop.services.exporting import export_file
from oa_desktop.services.importing import ImportRejected, import_file
from oa_desktop.services.incoming import Renamed
from oa_desktop.store.errors import DiskFull
from oa_desktop.store.worker import StoreWorker
from tests.unit.oasst.samples import FIXTURES, REAL_DATA, message, needs_real_data, tree, write_lines


def two_replies(**changes):
    best = message("c", "a", rank=0, replies=[message("d", "c", role="prompter")])
    return tree(message("a", replies=[message("b", "a", rank=1), best]) | changes)


async def contents(worker: StoreWorker) -> dict[str, tuple[str | None, str]]:
    """Parent and text of everything in the store."""

    def read(store):
        trees = [store.messages.tree(tree_id) for tree_id in store.conversations.tree_ids()]
        return {m.id: (m.parent_id, m.text) for t in trees for m in t.walk()}

    return await worker.run(read)


async def test_a_tree_becomes_a_conversation_with_its_best_branch_shown(worker, tmp_path):
    path = write_lines(tmp_path / "f.jsonl", two_replies(text="Hello there\nand more", lang="de"))
    report = await import_file(worker, path)
    assert (report.trees, report.messages, report.tree_ids) == (1, 4, ["a"])
    conversation = await worker.run(lambda store: store.conversations.get(TreeId("a")))
    assert (conversation.title, conversation.lang, conversation.active_leaf) == ("Hello there", "de", "d")
    hits = await worker.run(lambda store: store.search("more"))
    assert [hit.message_id for hit in hits] == ["a"]


async def test_authors_and_review_results_are_kept(worker, tmp_path):
    replies = [
        message("b", "a", synthetic=True, model_name="chip20b", review_result=False),
        message("c", "a", user_id="someone", review_count=3, review_result=None),
    ]
    await import_file(
        worker, write_lines(tmp_path / "f.jsonl", tree(message("a", user_id="me", replies=replies)))
    )
    a, b, c = [await worker.run(lambda store, i=i: store.messages.get(MessageId(i))) for i in "abc"]
    assert (a.user_id, a.synthetic) == ("me", False)
    assert (b.synthetic, b.model_name, b.review_result) == (True, "chip20b", False)
    assert (c.user_id, c.review_count, c.review_result) == ("someone", 3, None)


async def test_i03_importing_twice_changes_nothing(worker, tmp_path):
    for name in ("trees.jsonl", "messages.jsonl", "trees_nulls_omitted.jsonl"):
        await import_file(worker, FIXTURES / name)
    before = await contents(worker)
    assert len(before) == 12
    await export_file(worker, tmp_path / "before.jsonl")
    report = await import_file(worker, FIXTURES / "trees.jsonl")
    assert (report.trees, report.extended, report.messages, report.skipped) == (0, 0, 0, 12)
    await export_file(worker, tmp_path / "after.jsonl")
    assert await contents(worker) == before
    assert (tmp_path / "before.jsonl").read_bytes() == (tmp_path / "after.jsonl").read_bytes()


@needs_real_data
async def test_i03_the_same_trees_in_another_form_are_known(worker):
    await import_file(worker, REAL_DATA / "oasst_en_100_tree.jsonl")
    report = await import_file(worker, REAL_DATA / "oasst_en_100_message.jsonl")
    assert (report.messages, report.skipped) == (0, 1167)


async def test_i03_a_longer_version_of_a_known_tree_extends_it(worker, tmp_path):
    await import_file(
        worker, write_lines(tmp_path / "short.jsonl", tree(message("a", replies=[message("b", "a")])))
    )
    report = await import_file(worker, write_lines(tmp_path / "long.jsonl", two_replies()))
    assert (report.trees, report.extended, report.messages, report.skipped) == (0, 1, 2, 2)
    assert set(await contents(worker)) == {"a", "b", "c", "d"}


async def test_i03_an_id_with_other_content_gets_a_new_one_with_all_that_hangs_on_it(worker, tmp_path):
    await import_file(worker, write_lines(tmp_path / "f.jsonl", two_replies()))
    changed = two_replies()
    changed["prompt"]["replies"][1]["text"] = "another answer"
    path = write_lines(tmp_path / "g.jsonl", changed)
    report = await import_file(worker, path)
    new_c, new_d = (renamed.new for renamed in report.renamed)
    assert report.renamed == [Renamed("c", new_c), Renamed("d", new_d)]
    stored = await contents(worker)
    assert stored[new_c] == ("a", "another answer")
    assert stored[new_d] == (new_c, "text of d")
    assert stored["c"] == ("a", "text of c")
    again = await import_file(worker, path)
    assert (again.messages, again.renamed, again.skipped) == (0, [], 4)


async def test_i03_a_prompt_with_other_content_becomes_a_tree_of_its_own(worker, tmp_path):
    path = write_lines(tmp_path / "f.jsonl", two_replies(), two_replies(text="not the same prompt"))
    report = await import_file(worker, path)
    assert (report.trees, report.messages) == (2, 8)
    assert [renamed.original for renamed in report.renamed] == ["a", "b", "c", "d"]
    assert len(await contents(worker)) == 8


async def test_i02_a_bad_line_imports_nothing_and_is_named(worker, tmp_path):
    path = write_lines(tmp_path / "f.jsonl", two_replies(), "{nonsense", message("x", "gone"))
    with pytest.raises(ImportRejected) as caught:
        await import_file(worker, path)
    assert caught.value.title == (
        "f.jsonl was not imported: line 2, column 2: is not JSON: expected a key in double quotes, found 'n' "
        "(and 1 more faults)."
    )
    assert caught.value.hint == "1 complete conversations can be imported without the faulty lines."
    assert [rejected.line for rejected in caught.value.rejected] == [2, 3]
    assert await contents(worker) == {}


async def test_i02_the_complete_trees_are_taken_when_that_is_wanted(worker, tmp_path):
    path = write_lines(tmp_path / "f.jsonl", two_replies(), "{nonsense", message("x", "gone"))
    report = await import_file(worker, path, skip_bad_lines=True)
    assert (report.trees, [rejected.line for rejected in report.rejected]) == (1, [2, 3])
    assert set(await contents(worker)) == {"a", "b", "c", "d"}


async def test_i01_trees_before_the_damage_are_taken_only_when_that_is_wanted(worker, tmp_path):
    lines = "".join(json.dumps(tree(message(f"m{i}", text="x" * (i * 7 % 97)))) + "\n" for i in range(2000))
    packed = gzip.compress(lines.encode())
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(ImportRejected, match="damaged here"):
        await import_file(worker, path)
    assert await contents(worker) == {}
    report = await import_file(worker, path, skip_bad_lines=True)
    assert 0 < report.trees < 2000
    assert report.rejected[-1].final


async def test_nothing_usable_is_refused_even_when_bad_lines_may_be_skipped(worker, tmp_path):
    with pytest.raises(ImportRejected):
        await import_file(worker, write_lines(tmp_path / "f.jsonl", "{}"), skip_bad_lines=True)
    with pytest.raises(ExchangeError, match="holds no conversations"):
        await import_file(worker, write_lines(tmp_path / "f.jsonl", ""))


@needs_real_data
async def test_a_file_that_is_not_oasst_is_refused_by_name(worker):
    with pytest.raises(ImportRejected, match=r"realistic_seed_data\.json was not imported: line 1: starts"):
        await import_file(worker, REAL_DATA / "realistic_seed_data.json")


async def test_a_dry_run_tells_everything_and_changes_nothing(worker, tmp_path):
    await import_file(worker, write_lines(tmp_path / "f.jsonl", tree(message("a"))))
    path = write_lines(tmp_path / "g.jsonl", two_replies(), tree(message("z")), "[]")
    with pytest.raises(ImportRejected):
        await import_file(worker, path, dry_run=True)
    report = await import_file(worker, path, dry_run=True, skip_bad_lines=True)
    assert (report.dry_run, report.trees, report.extended, report.messages, report.skipped) == (
        True,
        1,
        1,
        4,
        1,
    )
    assert [rejected.line for rejected in report.rejected] == [3]
    assert set(await contents(worker)) == {"a"}


async def test_a_conversation_deleted_here_stays_so_and_is_named(worker, tmp_path):
    path = write_lines(tmp_path / "f.jsonl", two_replies(), tree(message("z")))
    assert (await import_file(worker, path)).in_bin == []
    await worker.run(lambda store: store.conversations.delete(TreeId("a")))
    report = await import_file(worker, path)
    assert (report.skipped, report.in_bin) == (5, ["a"])
    assert set(await contents(worker)) == {"z"}


async def test_i08_what_a_store_cannot_hold_is_replaced_and_counted(worker, tmp_path):
    path = write_lines(tmp_path / "f.jsonl", tree(message("a", text="x\ud800y\x00z")))
    report = await import_file(worker, path)
    assert report.replaced_characters == 2
    assert (await contents(worker))["a"] == (None, "x\ufffdy\ufffdz")
    assert (await import_file(worker, path)).skipped == 1


async def test_i14_foreign_keys_are_left_behind_and_listed(worker, tmp_path):
    path = write_lines(tmp_path / "f.jsonl", tree(message("a", api_key="k", settings={"x": 1}), tools=[]))
    report = await import_file(worker, path)
    assert report.ignored_keys == ("api_key", "settings", "tools")
    await export_file(worker, tmp_path / "out.jsonl")
    assert b"api_key" not in (tmp_path / "out.jsonl").read_bytes()


async def test_i13_a_full_disk_half_way_leaves_nothing(worker, tmp_path, monkeypatch):
    taken = importing.incoming_tree
    seen = []

    def failing(*args):
        seen.append(1)
        if len(seen) == 40:
            raise DiskFull("planted")
        return taken(*args)

    monkeypatch.setattr(importing, "incoming_tree", failing)
    path = write_lines(tmp_path / "f.jsonl", *(tree(message(f"m{i}")) for i in range(80)))
    with pytest.raises(DiskFull):
        await import_file(worker, path)
    assert await contents(worker) == {}
    assert len(seen) == 40


async def test_i10_cancelling_leaves_nothing(worker, tmp_path):
    path = write_lines(tmp_path / "f.jsonl", *(tree(message(f"m{i}")) for i in range(500)))
    cancel = threading.Event()
    with pytest.raises(ExchangeCancelled):
        await import_file(worker, path, cancel=cancel, on_progress=lambda done: cancel.set())
    assert await contents(worker) == {}


async def test_i10_cancelling_the_task_leaves_nothing_and_waits_for_the_end(worker, tmp_path):
    path = write_lines(tmp_path / "f.jsonl", *(tree(message(f"m{i}")) for i in range(500)))
    begun, cancelled = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def hold(done):
        loop.call_soon_threadsafe(begun.set)
        assert cancelled.wait(30)

    task = asyncio.create_task(import_file(worker, path, on_progress=hold))
    await begun.wait()
    task.cancel()
    await asyncio.sleep(0)
    cancelled.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await contents(worker) == {}


async def test_a_file_that_changes_between_the_passes_is_refused(worker, tmp_path, monkeypatch):
    path = write_lines(tmp_path / "f.jsonl", tree(message("a")), tree(message("b")))
    on_store = importing.on_store

    async def changed(*args):
        write_lines(path, tree(message("a")))
        return await on_store(*args)

    monkeypatch.setattr(importing, "on_store", changed)
    with pytest.raises(ExchangeError, match="changed while it was read"):
        await import_file(worker, path)
    assert await contents(worker) == {}
