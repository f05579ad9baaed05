"""Small oasst objects for the tests, and where the fixture files are."""

import json
from pathlib import Path
from typing import Any

import pytest

from oa_desktop.oasst import OasstNode, OasstTree, Rejected, Survey, read_trees, survey

FIXTURES = Path(__file__).parents[2] / "fixtures" / "oasst"
REAL_DATA = Path(__file__).parents[4] / "shared" / "data"

needs_real_data = pytest.mark.skipif(not REAL_DATA.is_dir(), reason="the folder of real data is absent")


def message(message_id: str = "m1", parent_id: str | None = None, **fields: Any) -> dict[str, Any]:
    """The least a message object holds, and whatever else is given."""
    role = "prompter" if parent_id is None else "assistant"
    return {
        "message_id": message_id,
        "parent_id": parent_id,
        "text": f"text of {message_id}",
        "role": role,
    } | fields


def tree(prompt: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"message_tree_id": prompt.get("message_id", "t"), "prompt": prompt} | fields


def chain(length: int, text: str = "…") -> OasstTree:
    """A conversation without branches."""
    nodes = [
        OasstNode(f"m{i}", text, "assistant" if i % 2 else "prompter", f"m{i - 1}" if i else None)
        for i in range(length)
    ]
    return OasstTree("m0", tuple(nodes), "growing")


def write_lines(path: Path, *objects: Any) -> Path:
    """One object a line; a string is written as it is."""
    lines = [item if isinstance(item, str) else json.dumps(item) for item in objects]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return path


def load(path: Path) -> tuple[Survey, list[OasstTree]]:
    found = survey(path)
    return found, [record.tree for record in read_trees(path, found)]


def only_rejected(path: Path) -> Rejected:
    found, trees = load(path)
    assert trees == []
    assert len(found.rejected) == 1
    return found.rejected[0]
