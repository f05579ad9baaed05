"""Write trees to a `.jsonl` or `.jsonl.gz` file, whole or not at all (see `whole_file.py`)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from oa_desktop.errors import ExchangeError
from oa_desktop.oasst.encode import message_lines, tree_line
from oa_desktop.oasst.lines import MIB, Limits
from oa_desktop.oasst.nodes import OasstTree
from oa_desktop.oasst.whole_file import replacing


@dataclass(frozen=True, slots=True)
class Written:
    """What is in the file now. size_bytes: on disk."""

    trees: int
    messages: int
    size_bytes: int


def write_trees(path: Path, trees: Iterable[OasstTree]) -> Written:
    """One tree a line; gzip when the name ends in .gz. The same trees always give the same bytes.

    What iterating over `trees` raises, cancelling included, leaves no file and passes through.
    Raises: ExchangeError naming the path, or naming a tree that no reader would take back.
    """
    return _write(path, trees, tree_line)


def write_messages(path: Path, trees: Iterable[OasstTree]) -> Written:
    """One message a line, each naming its tree; otherwise as `write_trees`."""
    return _write(path, trees, message_lines)


def _write(path: Path, trees: Iterable[OasstTree], encode: Callable[[OasstTree], bytes]) -> Written:
    count = messages = 0
    with replacing(path) as sink:
        for tree in trees:
            text = encode(tree)
            _check_length(tree, text)
            sink.write(text)
            count += 1
            messages += len(tree.nodes)
    return Written(count, messages, path.stat().st_size)


def _check_length(tree: OasstTree, text: bytes) -> None:
    """Refuse a line longer than our own reader accepts."""
    most = Limits().line_bytes
    if len(text) > most and max(len(line) for line in text.splitlines()) > most:
        raise ExchangeError(
            "tree-too-long",
            f"The conversation {tree.prompt.message_id} makes a line longer than {most // MIB} MiB.",
            hint="Export it as single messages (oasst-messages) instead.",
        )
