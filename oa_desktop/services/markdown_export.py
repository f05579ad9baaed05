"""A conversation as a Markdown document: one branch to read from top to bottom, then every other reply.

Texts stand in fences longer than any fence inside them, so that nothing a message holds can change the
document or be taken for a part of it.
"""

import re
from collections.abc import Iterator

from oa_desktop.oasst import OasstNode, OasstTree

_SPEAKERS = {"prompter": "Prompt", "assistant": "Reply"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&$])")
_BACKTICKS = re.compile(r"`{3,}")
_NAMED_SIBLINGS = 9
_SHOWN_LABELS = ("quality", "helpfulness", "creativity", "humor", "toxicity", "violence")


def markdown_pieces(tree: OasstTree, title: str = "", shown_leaf: str | None = None) -> Iterator[str]:
    """The document in pieces.

    shown_leaf: a message of the branch to print in full; from there on, and without it from the prompt on,
    the best ranks are followed. Every other message follows, each naming the message it answers by number.
    """
    children = tree.replies()
    branch = _branch(tree, shown_leaf, children)
    others = _others(tree, children, {node.message_id for node in branch})
    numbers = {node.message_id: number for number, node in enumerate([*branch, *others], start=1)}
    yield f"# {_plain(title) or 'Conversation'}\n\n"
    yield f"{_counted(len(tree.nodes), 'message')}, {_counted(_leaves(tree), 'branch', 'branches')}.\n"
    for node in branch:
        yield from _turn("##", node, numbers, children)
    if others:
        yield "\n## Other replies\n"
        for node in others:
            yield from _turn("###", node, numbers, children)
    yield "\n"


def fenced(text: str) -> str:
    """The text in a fence that no line of it can close."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}markdown\n{text}\n{fence}\n"


def _turn(
    level: str, node: OasstNode, numbers: dict[str, int], children: dict[str | None, list[OasstNode]]
) -> Iterator[str]:
    yield f"\n{level} {numbers[node.message_id]} · {_SPEAKERS[node.role]}\n\n"
    notes = list(_notes(node, numbers, children))
    if notes:
        yield f"{'; '.join(notes)}.\n\n"
    yield fenced(node.text)


def _notes(
    node: OasstNode, numbers: dict[str, int], children: dict[str | None, list[OasstNode]]
) -> Iterator[str]:
    siblings = children[node.parent_id]
    if node.parent_id is not None and (
        len(siblings) > 1 or numbers[node.parent_id] != numbers[node.message_id] - 1
    ):
        yield f"Answers {numbers[node.parent_id]}"
    if len(siblings) > 1:
        yield f"one of {len(siblings)}{_beside(node, siblings, numbers)}"
        yield "not ranked" if node.rank is None else f"rank {node.rank + 1}"
    if node.model_name:
        yield f"by {_plain(node.model_name)}"
    labels = node.labels or {}
    for name in _SHOWN_LABELS:
        if name in labels and labels[name].value is not None:
            yield f"{name} {labels[name].value:.2f}"
    if node.deleted:
        yield "deleted"


def _beside(node: OasstNode, siblings: list[OasstNode], numbers: dict[str, int]) -> str:
    """The numbers of the other answers, unless there are too many to be of use."""
    if len(siblings) > _NAMED_SIBLINGS:
        return ""
    return f" (beside {', '.join(str(numbers[s.message_id]) for s in siblings if s is not node)})"


def _branch(
    tree: OasstTree, through: str | None, children: dict[str | None, list[OasstNode]]
) -> list[OasstNode]:
    """From the prompt through the message to a leaf."""
    by_id = {node.message_id: node for node in tree.nodes}
    current: OasstNode | None = by_id.get(through or "", tree.prompt)
    upwards: list[OasstNode] = []
    while current is not None:
        upwards.append(current)
        current = None if current.parent_id is None else by_id[current.parent_id]
    branch = upwards[::-1]
    while replies := children.get(branch[-1].message_id):
        branch.append(replies[0])
    return branch


def _others(tree: OasstTree, children: dict[str | None, list[OasstNode]], shown: set[str]) -> list[OasstNode]:
    """Everything not shown, depth first and best first, in the order of the messages answered."""
    others: list[OasstNode] = []
    stack = [tree.prompt]
    while stack:
        node = stack.pop()
        if node.message_id not in shown:
            others.append(node)
        stack.extend(reversed(children.get(node.message_id, [])))
    return others


def _leaves(tree: OasstTree) -> int:
    answered = {node.parent_id for node in tree.nodes}
    return sum(node.message_id not in answered for node in tree.nodes)


def _plain(text: str) -> str:
    """One line without meaning to Markdown."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"
