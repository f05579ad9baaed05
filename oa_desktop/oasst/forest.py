"""Whole trees from a file, whether it holds trees, messages one a line, or both.

Messages of one tree may lie anywhere in the file, replies before parents. So there are two passes: `survey`
remembers ids and parents only and finds what does not fit together; `read_trees` reads the file again and
lets each tree go when its last message has come.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

from oa_desktop.oasst.lines import Limits
from oa_desktop.oasst.nodes import OasstNode, OasstTree
from oa_desktop.oasst.reader import read_records
from oa_desktop.oasst.records import MessageRecord, Rejected, TreeRecord

_NAMED_KEYS, _KEY_CHARACTERS = 50, 60


@dataclass(slots=True)
class _Place:
    """Where a message of a flat file belongs. tree: the tree it says it is in; root: filled when known."""

    line: int
    parent_id: str | None
    tree: str | None
    digest: bytes
    root: str = ""


@dataclass(slots=True)
class Survey:
    """What a file holds.

    trees, messages: those that can be read. repeated: messages that occur again word for word.
    rejected: by line. ignored_keys: some of the keys that the format does not have.
    """

    trees: int = 0
    messages: int = 0
    repeated: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    ignored_keys: set[str] = field(default_factory=set)
    places: dict[str, _Place] = field(default_factory=dict, repr=False)
    sizes: Counter[str] = field(default_factory=Counter, repr=False)


def survey(path: Path, limits: Limits | None = None, tick: Callable[[], None] = lambda: None) -> Survey:
    """Read and check the whole file, keeping no text.

    tick: called at every line; what it raises ends the reading.
    Raises: ExchangeError when the file cannot be opened, or is plainly of another kind.
    """
    bounds = limits or Limits()
    found = Survey()
    for record in read_records(path, bounds):
        tick()
        match record:
            case Rejected():
                found.rejected.append(record)
            case TreeRecord():
                found.trees += 1
                found.messages += len(record.tree.nodes)
                _note_ignored(found, record)
            case MessageRecord():
                _place(found, record)
                _note_ignored(found, record)
    _find_roots(found)
    _check_claims(found)
    found.trees += len(found.sizes)
    found.messages += found.sizes.total()
    found.rejected.sort(key=lambda rejected: rejected.line)
    if len(found.rejected) > bounds.faults + 1:
        more = len(found.rejected) - bounds.faults
        last = found.rejected[bounds.faults]
        found.rejected[bounds.faults :] = [Rejected(last.line, f"and {more} more lines from here on")]
    return found


def read_trees(path: Path, surveyed: Survey, limits: Limits | None = None) -> Iterator[TreeRecord]:
    """The trees the survey counted, each with the line of its prompt; rejected lines are passed over.

    Raises: ExchangeError as `survey` does.
    """
    waiting: dict[str, list[OasstNode]] = {}
    for record in read_records(path, limits):
        match record:
            case TreeRecord():
                yield record
            case MessageRecord():
                for node in record.nodes:
                    place = surveyed.places.get(node.message_id)
                    if place is None or place.line != record.line or place.root not in surveyed.sizes:
                        continue
                    nodes = waiting.setdefault(place.root, [])
                    nodes.append(node)
                    if len(nodes) == surveyed.sizes[place.root]:
                        del waiting[place.root]
                        yield TreeRecord(surveyed.places[place.root].line, _tree(place.root, nodes))


def _note_ignored(found: Survey, record: TreeRecord | MessageRecord) -> None:
    """As many names as a person would read; a file of random keys fills no memory."""
    if record.ignored and len(found.ignored_keys) < _NAMED_KEYS:
        found.ignored_keys |= {key[:_KEY_CHARACTERS] for key in sorted(record.ignored)[:_NAMED_KEYS]}


def _place(found: Survey, record: MessageRecord) -> None:
    for node in record.nodes:
        digest = blake2b(repr(node.content).encode(errors="surrogatepass"), digest_size=16).digest()
        first = found.places.get(node.message_id)
        if first is None:
            place = _Place(record.line, node.parent_id, node.message_tree_id, digest)
            found.places[node.message_id] = place
        elif first.digest == digest:
            found.repeated += 1
        else:
            reason = f"{node.message_id} occurs on line {first.line} already, with other content"
            found.rejected.append(Rejected(record.line, reason, field="message_id"))


def _find_roots(found: Survey) -> None:
    """Give every message its root; what leads nowhere is rejected with all that hangs beneath it."""
    lost: dict[str, str] = {}
    for message_id in found.places:
        upwards: dict[str, None] = {}
        current = message_id
        while True:
            place = found.places[current]
            if place.root:
                root = place.root
                break
            upwards[current] = None
            if place.parent_id is None:
                root = current
                break
            if place.parent_id not in found.places:
                root = current
                lost[root] = f"message {current} answers {place.parent_id}, which is not in the file"
                break
            if place.parent_id in upwards:
                root = current
                lost[root] = f"messages answer each other in a circle: {_circle(found, current)}"
                break
            current = place.parent_id
        for below in upwards:
            found.places[below].root = root
    found.sizes.update(place.root for place in found.places.values())
    for root, reason in lost.items():
        _reject(found, root, reason)


def _check_claims(found: Survey) -> None:
    """Messages that say which tree they are in must agree with their parents, and one tree has one root."""
    claimed: dict[str, str] = {}
    for root in list(found.sizes):
        tree = found.places[root].tree
        if tree is not None and claimed.setdefault(tree, root) != root:
            reason = f"the tree {tree} has two prompts, {claimed[tree]} and {root}"
            _reject(found, claimed[tree], reason)
            _reject(found, root, reason)
    for message_id, place in found.places.items():
        if place.root not in found.sizes or place.tree is None:
            continue
        tree = found.places[place.root].tree
        if tree is not None and tree != place.tree:
            _reject(
                found, place.root, f"message {message_id} says tree {place.tree}, but hangs in tree {tree}"
            )


def _reject(found: Survey, root: str, reason: str) -> None:
    """Take the tree out, once."""
    size = found.sizes.pop(root, 0)
    if size:
        beneath = f" ({size - 1} more messages hang on it)" if size > 1 else ""
        found.rejected.append(Rejected(found.places[root].line, reason + beneath, field="parent_id"))


def _circle(found: Survey, start: str) -> str:
    names = [start]
    current = found.places[start].parent_id
    while current is not None and current != start and len(names) < 5:
        names.append(current)
        current = found.places[current].parent_id
    return " → ".join(names)


def _tree(root: str, nodes: list[OasstNode]) -> OasstTree:
    """The nodes as one tree, depth first, with what each said of the tree moved to the tree."""
    children: dict[str | None, list[OasstNode]] = {}
    for node in nodes:
        children.setdefault(node.parent_id, []).append(node)
    ordered: list[OasstNode] = []
    stack = list(children[None])
    while stack:
        node = stack.pop()
        ordered.append(replace(node, message_tree_id=None, tree_state=None))
        stack.extend(reversed(children.get(node.message_id, ())))
    prompt = children[None][0]
    return OasstTree(prompt.message_tree_id or root, tuple(ordered), prompt.tree_state)
