"""A list model over frozen rows: every field is a role, and new rows are reached with the fewest signals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QAbstractListModel, QByteArray, QModelIndex, QObject, QPersistentModelIndex, Qt

from oa_desktop.ui.snapshots import camel_case, changed_fields

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Index = QModelIndex | QPersistentModelIndex
FIRST_ROLE = int(Qt.ItemDataRole.UserRole) + 1


class Row(Protocol):
    """A frozen dataclass; `key` stays the same while the row shows the same thing."""

    @property
    def key(self) -> str: ...


R = TypeVar("R", bound=Row)


class RowsModel(QAbstractListModel, Generic[R]):
    """Roles are the row's field names in camelCase.

    computed: more roles by name, found out when a delegate asks; they never change while a row stays.
    """

    def __init__(
        self,
        row_type: "type[R]",
        parent: QObject | None = None,
        *,
        computed: Mapping[str, Callable[[R], QObject]] | None = None,
    ) -> None:
        super().__init__(parent)
        declared: type[DataclassInstance] = row_type  # type: ignore[assignment]
        self._computed = dict(computed or {})
        names = [field.name for field in fields(declared)] + list(self._computed)
        self._names = {FIRST_ROLE + i: name for i, name in enumerate(names)}
        self._roles = {name: role for role, name in self._names.items()}
        self._rows: list[R] = []

    @property
    def rows(self) -> Sequence[R]:
        """The rows as they are shown."""
        return self._rows

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not 0 <= index.row() < len(self._rows) or role not in self._names:
            return None
        row, name = self._rows[index.row()], self._names[role]
        return self._computed[name](row) if name in self._computed else getattr(row, name)

    def roleNames(self) -> dict[int, QByteArray]:
        return {role: QByteArray(camel_case(name).encode()) for role, name in self._names.items()}

    def set_rows(self, rows: Sequence[R]) -> None:
        """Show these rows. Those that stay keep their delegates and move if they must.

        Raises: ValueError when two have the same key.
        """
        wanted = {row.key for row in rows}
        if len(wanted) != len(rows):
            raise ValueError("two rows have the same key")
        self._remove_all_but(wanted)
        present = {row.key for row in self._rows}
        position = 0
        while position < len(rows):
            key = rows[position].key
            if key not in present:
                end = position + 1
                while end < len(rows) and rows[end].key not in present:
                    end += 1
                self.beginInsertRows(QModelIndex(), position, end - 1)
                self._rows[position:position] = rows[position:end]
                self.endInsertRows()
                position = end
                continue
            if self._rows[position].key != key:
                self._move(position + self._keys_from(position).index(key), position)
            self._replace(position, rows[position])
            position += 1

    def _keys_from(self, position: int) -> list[str]:
        return [row.key for row in self._rows[position:]]

    def _remove_all_but(self, wanted: set[str]) -> None:
        last = len(self._rows) - 1
        while last >= 0:
            if self._rows[last].key in wanted:
                last -= 1
                continue
            first = last
            while first > 0 and self._rows[first - 1].key not in wanted:
                first -= 1
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._rows[first : last + 1]
            self.endRemoveRows()
            last = first - 1

    def _move(self, source: int, target: int) -> None:
        self.beginMoveRows(QModelIndex(), source, source, QModelIndex(), target)
        self._rows.insert(target, self._rows.pop(source))
        self.endMoveRows()

    def _replace(self, position: int, row: R) -> None:
        before: Any = self._rows[position]
        after: Any = row
        self._rows[position] = row
        if before != after:
            changed = changed_fields(before, after)
            index = self.index(position)
            self.dataChanged.emit(index, index, [self._roles[name] for name in changed])
