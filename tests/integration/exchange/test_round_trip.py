"""What goes in comes out: no field of the format is lost on the way through a store."""

import asyncio
import gzip
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oa_desktop.oasst import OasstNode, OasstTree, write_messages, write_trees
from oa_desktop.services.exporting import export_file
from oa_desktop.services.importing import import_file
from oa_desktop.services.outgoing import Disclosure
from oa_desktop.store.worker import StoreWorker
from tests.unit.oasst import oasst_data_reader
from tests.unit.oasst.samples import FIXTURES, REAL_DATA, chain, load, needs_real_data
from tests.unit.oasst.test_round_trip import trees

EVERYTHING = Disclosure(deleted=True)


async def assert_comes_out_as_it_went_in(worker: StoreWorker, path: Path, folder: Path) -> None:
    """The export is, to the byte, what the published form of the file's own trees is."""
    found, read = load(path)
    report = await import_file(worker, path)
    assert (report.trees, report.messages, report.skipped) == (found.trees, found.messages, 0)
    exported = await export_file(worker, folder / "out.jsonl", disclosure=EVERYTHING)
    assert (exported.trees, exported.messages, exported.left_out) == (found.trees, found.messages, {})
    write_trees(folder / "expected.jsonl", read)
    assert (folder / "out.jsonl").read_bytes() == (folder / "expected.jsonl").read_bytes()


@pytest.mark.parametrize(
    "name", ["trees.jsonl", "trees_nulls_omitted.jsonl", "messages.jsonl", "hugging_face_rows.jsonl"]
)
async def test_every_form_of_the_format_comes_out_as_it_went_in(worker, tmp_path, name):
    await assert_comes_out_as_it_went_in(worker, FIXTURES / name, tmp_path)


@needs_real_data
@pytest.mark.parametrize(
    "name", ["oasst_en_100_tree.jsonl", "oasst_en_100_message.jsonl", "oa_history_backend_test.jsonl"]
)
async def test_real_files_come_out_as_they_went_in_and_load_elsewhere(worker, tmp_path, name):
    await assert_comes_out_as_it_went_in(worker, REAL_DATA / name, tmp_path)
    assert len(oasst_data_reader.read(tmp_path / "out.jsonl")) == load(REAL_DATA / name)[0].trees


async def test_messages_come_out_as_published(worker, tmp_path):
    await import_file(worker, FIXTURES / "messages.jsonl")
    await export_file(worker, tmp_path / "out.jsonl", "oasst-messages", disclosure=EVERYTHING)
    assert (tmp_path / "out.jsonl").read_bytes() == (FIXTURES / "messages.jsonl").read_bytes()
    assert len(oasst_data_reader.read(tmp_path / "out.jsonl")) == 12


async def test_x03_two_exports_are_the_same_to_the_byte(worker, tmp_path):
    await import_file(worker, FIXTURES / "trees.jsonl")
    for name in ("one.jsonl.gz", "two.jsonl.gz"):
        await export_file(worker, tmp_path / name)
    assert (tmp_path / "one.jsonl.gz").read_bytes() == (tmp_path / "two.jsonl.gz").read_bytes()
    assert gzip.decompress((tmp_path / "one.jsonl.gz").read_bytes()).count(b"\n") == 3


@pytest.mark.parametrize("write", [write_trees, write_messages])
async def test_x03_a_chain_of_ten_thousand_goes_through_the_store(worker, tmp_path, write):
    write(tmp_path / "in.jsonl.gz", [chain(10_000)])
    report = await import_file(worker, tmp_path / "in.jsonl.gz")
    assert (report.trees, report.messages) == (1, 10_000)
    for format in ("oasst", "oasst-messages", "markdown"):
        exported = await export_file(worker, tmp_path / format, format)
        assert exported.messages == 10_000
    write_trees(tmp_path / "expected", [chain(10_000)])
    assert (tmp_path / "oasst").read_bytes() == (tmp_path / "expected").read_bytes()


S19 = {
    "an override": "a\u202eb\u2066c",
    "a family": "👨‍👩‍👧‍👦 👍🏽",
    "no character": "\ufffe \uffff \U0010ffff",
    "line ends": "a\r\nb\rc\u2028d\u2029e\x85f\x0b\x0c",
    "escapes": 'tab\t quote" back\\slash \\u0041 \x01\x1f\x7f',
    "html": "<script>alert(1)</script> <img src=x> ]]> --",
    "scripts": "李白 עברית العربية हिन्दी",
    "one megabyte without a space": "x" * 1_000_000,
    "ten megabytes": "word " * 2_000_000,
    "nothing": "",
}


@pytest.mark.parametrize("name", S19)
async def test_x03_every_text_goes_through_the_store(worker, tmp_path, name):
    nodes = (OasstNode("a", S19[name], "prompter"), OasstNode("b", S19[name], "assistant", "a"))
    tree = OasstTree("a", nodes if len(S19[name]) < 5_000_000 else nodes[:1])
    write_trees(tmp_path / "in.jsonl", [tree])
    await import_file(worker, tmp_path / "in.jsonl")
    await export_file(worker, tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "in.jsonl").read_bytes()
    assert load(tmp_path / "out.jsonl")[1] == [tree]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(trees(), min_size=1, max_size=3))
def test_x03_any_tree_goes_through_a_store_and_through_a_second_one(drawn: list[OasstTree]):
    named = [_fit(_named(tree, f"{i}-")) for i, tree in enumerate(drawn)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_trees(folder / "in.jsonl", named)
        asyncio.run(_through(folder, "in.jsonl", "out.jsonl", "first"))
        asyncio.run(_through(folder, "out.jsonl", "again.jsonl", "second"))
        assert (folder / "out.jsonl").read_bytes() == (folder / "in.jsonl").read_bytes()
        assert (folder / "again.jsonl").read_bytes() == (folder / "out.jsonl").read_bytes()


async def _through(folder: Path, source: str, target: str, profile: str) -> None:
    (folder / profile).mkdir()
    worker = StoreWorker.open(folder / profile / "oa-desktop.db")
    try:
        await import_file(worker, folder / source)
        await export_file(worker, folder / target, disclosure=EVERYTHING)
    finally:
        worker.close()


def _named(tree: OasstTree, prefix: str) -> OasstTree:
    """The tree with ids that no other tree has."""
    nodes = tuple(
        replace(
            node,
            message_id=prefix + node.message_id,
            parent_id=None if node.parent_id is None else prefix + node.parent_id,
        )
        for node in tree.nodes
    )
    return replace(tree, message_tree_id=nodes[0].message_id, nodes=nodes)


def _fit(tree: OasstTree) -> OasstTree:
    """Without NUL, which a store keeps as U+FFFD."""

    def fit(text: str | None) -> str | None:
        return None if text is None else text.replace("\x00", "\ufffd")

    nodes = tuple(
        replace(
            node,
            text=node.text.replace("\x00", "\ufffd"),
            user_id=fit(node.user_id),
            lang=fit(node.lang),
            model_name=fit(node.model_name),
        )
        for node in tree.nodes
    )
    return replace(tree, nodes=nodes, tree_state=fit(tree.tree_state), origin=fit(tree.origin))
