"""From the lines of a file to records: each line is recognised and checked by itself.

Trees whose messages lie on several lines are put together in `forest.py`.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from oa_desktop.oasst.fields import FieldFault, JsonObject, kind, node_of, optional_text, required_id
from oa_desktop.oasst.json_text import JsonFault, parse_json
from oa_desktop.oasst.lines import Limits, Line, read_lines
from oa_desktop.oasst.nodes import NODE_KEYS, TREE_KEYS, JsonValue, OasstNode, OasstTree
from oa_desktop.oasst.records import MessageRecord, Record, Rejected, TreeRecord

_NODE_KEYS = frozenset(NODE_KEYS)
_TREE_KEYS = frozenset(TREE_KEYS)


def read_records(path: Path, limits: Limits | None = None) -> Iterator[Record]:
    """Every line of a `.jsonl` or `.jsonl.gz` file, blank ones left out, in constant memory.

    Raises: ExchangeError when the file cannot be opened, or is plainly of another kind.
    """
    bounds = limits or Limits()
    faults = 0
    for line in read_lines(path, bounds):
        record = line if isinstance(line, Rejected) else record_of(line)
        yield record
        if isinstance(record, Rejected):
            faults += 1
            if record.final:
                return
            if faults >= bounds.faults:
                reason = f"{faults} lines cannot be used; the rest was not read"
                yield Rejected(record.line, reason, final=True)
                return


def record_of(line: Line) -> Record:
    """What one line holds."""
    if line.text.strip() in ("[", "{"):
        reason = "starts a JSON document of several lines; the oasst format has one whole object a line"
        return Rejected(line.number, reason, final=True)
    try:
        return _record(line.number, parse_json(line.text))
    except JsonFault as exc:
        return Rejected(line.number, f"is not JSON: {exc.reason}", column=exc.column)
    except FieldFault as exc:
        return Rejected(line.number, exc.reason, field=exc.field)


def _record(number: int, value: JsonValue) -> Record:
    if not isinstance(value, dict):
        return Rejected(number, f"is {kind(value)}, not a tree or a message")
    if "prompt" in value or ("message_tree_id" in value and "message_id" not in value):
        return _tree(number, value)
    if "message_id" in value:
        nodes, ignored = _flattened(value)
        return MessageRecord(number, nodes, ignored)
    if "thread" in value:
        return Rejected(number, "is a thread; only trees and messages can be imported")
    seen = ", ".join(list(value)[:4]) or "no keys"
    return Rejected(number, f"is not a tree or a message: it has {seen}")


def _tree(number: int, value: JsonObject) -> TreeRecord:
    tree_id = required_id(value, "message_tree_id")
    prompt = value.get("prompt")
    if not isinstance(prompt, dict):
        raise FieldFault("prompt", f"must be an object, is {kind(prompt)}")
    nodes, ignored = _flattened(prompt)
    if nodes[0].parent_id is not None:
        raise FieldFault("parent_id", f"the prompt {nodes[0].message_id} answers another message")
    tree = OasstTree(tree_id, nodes, optional_text(value, "tree_state"), optional_text(value, "origin"))
    return TreeRecord(number, tree, ignored | (value.keys() - _TREE_KEYS))


def _flattened(top: JsonObject) -> tuple[tuple[OasstNode, ...], frozenset[str]]:
    """The nested message depth first, and the keys that the format does not have.

    Raises: FieldFault naming the message, also when one id occurs twice.
    """
    nodes: list[OasstNode] = []
    seen: set[str] = set()
    ignored: set[str] = set()
    stack: list[tuple[JsonObject, str | None]] = [(top, None)]
    while stack:
        obj, parent_id = stack.pop()
        try:
            node = _placed(node_of(obj), parent_id)
            if node.message_id in seen:
                raise FieldFault("message_id", "occurs twice in this tree")
            stack.extend((reply, node.message_id) for reply in reversed(_replies(obj)))
        except FieldFault as exc:
            raise _named(exc, obj) from exc
        seen.add(node.message_id)
        ignored |= obj.keys() - _NODE_KEYS
        nodes.append(node)
    return tuple(nodes), frozenset(ignored)


def _placed(node: OasstNode, nested_under: str | None) -> OasstNode:
    """The node with its parent known; nesting and `parent_id` must agree."""
    if node.parent_id == node.message_id:
        raise FieldFault("parent_id", "the message answers itself")
    if nested_under is None or node.parent_id == nested_under:
        return node
    if node.parent_id is None:
        return replace(node, parent_id=nested_under)
    raise FieldFault("parent_id", f"says {node.parent_id}, but the message is nested under {nested_under}")


def _replies(obj: JsonObject) -> list[JsonObject]:
    value = obj.get("replies")
    if value is None:
        return []
    if not isinstance(value, list):
        raise FieldFault("replies", f"must be a list, is {kind(value)}")
    replies = [reply for reply in value if isinstance(reply, dict)]
    if len(replies) != len(value):
        raise FieldFault("replies", "must hold objects only")
    return replies


def _named(fault: FieldFault, obj: JsonObject) -> FieldFault:
    """The fault with the message it is in."""
    message_id = obj.get("message_id")
    where = f" (message {message_id})" if isinstance(message_id, str) and len(message_id) <= 128 else ""
    return FieldFault(fault.field, fault.reason + where)
