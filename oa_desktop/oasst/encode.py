"""Trees to text as published files have it: every key, nulls spelled out, replies best rank first."""

import json
from datetime import UTC
from typing import Any

from oa_desktop.oasst.nodes import NODE_KEYS, OasstNode, OasstTree

_HEAD_KEYS = NODE_KEYS[: NODE_KEYS.index("replies")]
_TAIL_KEYS = NODE_KEYS[NODE_KEYS.index("replies") + 1 :]


def tree_line(tree: OasstTree) -> bytes:
    """One tree on one line, with its newline. A loop, not a recursion: replies nest as deep as they like."""
    children = tree.replies()
    head = {"message_tree_id": tree.message_tree_id, "tree_state": tree.tree_state}
    pieces = [_dumps(head)[:-1], ', "prompt": ']
    stack: list[OasstNode | str] = [tree.prompt]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            pieces.append(item)
            continue
        start, end = _around_replies(item)
        pieces.append(start)
        stack.append(end)
        for position, reply in enumerate(reversed(children.get(item.message_id, ()))):
            if position:
                stack.append(", ")
            stack.append(reply)
    pieces.append(f', "origin": {_dumps(tree.origin)}}}\n')
    return "".join(pieces).encode()


def message_lines(tree: OasstTree) -> bytes:
    """One message a line, parents before replies, each naming its tree."""
    children = tree.replies()
    lines: list[str] = []
    stack = [tree.prompt]
    while stack:
        node = stack.pop()
        members = _members(node)
        members["replies"] = None
        members["message_tree_id"] = tree.message_tree_id
        members["tree_state"] = tree.tree_state
        lines.append(_dumps(members) + "\n")
        stack.extend(reversed(children.get(node.message_id, ())))
    return "".join(lines).encode()


def _around_replies(node: OasstNode) -> tuple[str, str]:
    """The text of a node before and after its replies."""
    members = _members(node)
    head = {key: members[key] for key in _HEAD_KEYS}
    tail = {key: members[key] for key in _TAIL_KEYS}
    return _dumps(head)[:-1] + ', "replies": [', "], " + _dumps(tail)[1:]


def _members(node: OasstNode) -> dict[str, Any]:
    members: dict[str, Any] = {key: None if key == "replies" else getattr(node, key) for key in NODE_KEYS}
    if node.created_date is not None:
        when = node.created_date
        aware = when if when.tzinfo else when.replace(tzinfo=UTC)
        members["created_date"] = aware.isoformat(timespec="microseconds")
    if node.labels is not None:
        members["labels"] = {
            name: {"value": average.value, "count": average.count} for name, average in node.labels.items()
        }
    if node.detoxify is not None:
        members["detoxify"] = {key: getattr(node.detoxify, key) for key in node.detoxify.__slots__}
    if node.emojis is not None:
        members["emojis"] = dict(node.emojis)
    if node.events is not None:
        members["events"] = dict(node.events)
    return members


def _dumps(value: Any) -> str:
    """Plain characters; escapes only where UTF-8 cannot hold half a surrogate pair."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False)
    return text
