"""The blocks of one message as a list model; a growing text touches only the rows that changed."""

from collections.abc import Sequence
from itertools import accumulate, islice, takewhile
from typing import Any

from PySide6.QtCore import (
    Property,
    QAbstractListModel,
    QByteArray,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtQml import QmlElement

from oa_desktop.ui.blocks.characters import normalized
from oa_desktop.ui.blocks.display import chunks, copy_text, display, display_open, table_markup, weight
from oa_desktop.ui.blocks.document import parse_blocks
from oa_desktop.ui.blocks.kinds import Block, Error, Table
from oa_desktop.ui.blocks.limits import PAGE_WEIGHT
from oa_desktop.ui.blocks.stream import Change, IncrementalBlocks

QML_IMPORT_NAME = "OpenAssistant.Documents"
QML_IMPORT_MAJOR_VERSION = 1

Index = QModelIndex | QPersistentModelIndex
_FIRST_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_ROLES = (
    "kind",
    "markup",
    "text",
    "label",
    "level",
    "indent",
    "marker",
    "quote",
    "tight",
    "rightToLeft",
    "hiddenLines",
    "wraps",
    "tail",
    "links",
)


def _page(blocks: Sequence[Block], start: int) -> int:
    """How many blocks from `start` on are shown at once: many short ones, few long ones, at least one."""
    weights = accumulate(weight(block) for block in islice(blocks, start, None))
    light = sum(1 for _ in takewhile(lambda so_far: so_far <= PAGE_WEIGHT, weights))
    return max(light, min(1, len(blocks) - start))


@QmlElement
class BlockListModel(QAbstractListModel):
    """Rows of `display(block)`. GUI thread only; give it a parent.

    A text of many blocks shows its first page; `showMore` reveals the next. While a text grows, its end
    stays shown.
    """

    hiddenCountChanged = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source: list[str] = []
        self._reader = IncrementalBlocks()
        self._finished = False
        self._error: Error | None = None
        self._blocks: list[Block] = []
        self._open = -1
        """The row that is still being written and shown as such; -1 when the text is complete."""
        self._shown = 0

    @property
    def text(self) -> str:
        """The exact source so far."""
        if len(self._source) > 1:
            self._source = ["".join(self._source)]
        return self._source[0] if self._source else ""

    @property
    def blocks(self) -> Sequence[Block]:
        """All blocks, shown or not."""
        return tuple(self._blocks)

    def set_text(self, text: str) -> None:
        """Show another text; rows that are the same stay."""
        self._source = [text]
        self._finished = False
        self._reader = IncrementalBlocks(closed=list(parse_blocks(normalized(text))))
        self._finished = True
        self._take(Change(0, self._reader.blocks), grows=False)

    def append_text(self, text: str) -> None:
        """The next piece of a text that is being written."""
        if not self._source or self._finished:
            whole = self.text + text
            was_empty = not self._blocks
            self._source, self._finished, self._reader = [whole], False, IncrementalBlocks()
            self._take(self._reader.append(whole), grows=not was_empty)
            return
        self._source.append(text)
        self._take(self._reader.append(text), grows=True)

    def finish(self) -> None:
        """The text is complete. Doing it twice changes nothing."""
        if not self._finished:
            self._finished = True
            self._take(self._reader.finish(), grows=True)

    def set_error(self, title: str, hint: str = "") -> None:
        """End the message with a sentence of ours; an empty title takes it away."""
        self._error = Error(title, hint) if title else None
        self._take(Change(len(self._reader.blocks), ()), grows=True)

    def _take(self, change: Change, *, grows: bool) -> None:
        """Bring the rows to a change, with as few signals as it needs."""
        blocks = [*self._blocks[: change.first], *change.blocks, *([self._error] if self._error else [])]
        at_end = self._shown == len(self._blocks)
        wanted = len(blocks) if grows and at_end else max(min(self._shown, len(blocks)), _page(blocks, 0))
        rows = range(min(change.first, self._shown, wanted), min(self._shown, wanted))
        kept = next((row for row in rows if type(blocks[row]) is not type(self._blocks[row])), rows.stop)
        changed = [row for row in rows if row < kept and blocks[row] != self._blocks[row]]
        was_open, is_open = self._open, -1 if self._finished else len(blocks) - 1
        if was_open != is_open:
            changed = sorted({*changed, *(row for row in (was_open, is_open) if 0 <= row < kept)})
        if kept < self._shown:  # another kind needs another delegate, which a change of data does not make
            self.beginRemoveRows(QModelIndex(), kept, self._shown - 1)
            self._shown = kept
            self.endRemoveRows()
        self._blocks, self._open = blocks, is_open
        if wanted > kept:
            self.beginInsertRows(QModelIndex(), kept, wanted - 1)
            self._shown = wanted
            self.endInsertRows()
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))
        self.hiddenCountChanged.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else self._shown

    def roleNames(self) -> dict[int, QByteArray]:
        return {_FIRST_ROLE + i: QByteArray(name.encode()) for i, name in enumerate(_ROLES)}

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not 0 <= index.row() < self._shown or not _FIRST_ROLE <= role < _FIRST_ROLE + len(_ROLES):
            return None
        shown = (display_open if index.row() == self._open else display)(self._blocks[index.row()])
        match _ROLES[role - _FIRST_ROLE]:
            case "indent" | "marker" | "quote" | "tight" as name:
                return getattr(shown.place, name)
            case "rightToLeft":
                return shown.right_to_left
            case "links":
                return list(shown.links)
            case "hiddenLines":
                return shown.hidden_lines
            case name:
                return getattr(shown, name)

    def _get_hidden_count(self) -> int:
        return len(self._blocks) - self._shown

    hiddenCount = Property(int, _get_hidden_count, notify=hiddenCountChanged)

    @Slot()
    def showMore(self) -> None:
        """Reveal the next page of blocks."""
        more = _page(self._blocks, self._shown)
        if more:
            self.beginInsertRows(QModelIndex(), self._shown, self._shown + more - 1)
            self._shown += more
            self.endInsertRows()
            self.hiddenCountChanged.emit()

    @Slot(int, result=str)
    def copyText(self, row: int) -> str:
        """The exact text of a block."""
        return copy_text(self._blocks[row]) if self._is_shown(row) else ""

    @Slot(int, result=list)
    def chunks(self, row: int) -> list[str]:
        """The whole of a long block in pieces for a list view."""
        return chunks(normalized(copy_text(self._blocks[row]))) if self._is_shown(row) else []

    @Slot(int, result=str)
    def wholeTable(self, row: int) -> str:
        """Markup of all rows of a table."""
        block = self._blocks[row] if self._is_shown(row) else None
        return table_markup(block, len(block.rows)) if isinstance(block, Table) else ""

    def _is_shown(self, row: int) -> bool:
        """A delegate on its way out asks with row -1."""
        return 0 <= row < self._shown
