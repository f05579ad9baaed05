"""What files said of messages, kept as JSON beside them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlite_utils import Database

from oa_desktop.conversation.imported import ImportedFields, ImportedLabel
from oa_desktop.conversation.message import MessageId, TreeId
from oa_desktop.store.connection import transaction
from oa_desktop.store.errors import NotInStore
from oa_desktop.store.records import to_json

_FIELDS = tuple(field.name for field in fields(ImportedFields))
_KNOWN = frozenset(_FIELDS)


@dataclass(frozen=True, slots=True)
class Imports:
    """`store.imports`."""

    db: Database

    def save(self, message_id: MessageId, imported: ImportedFields) -> None:
        """Keep what a file said of a message; an earlier file's word is replaced. Raises: NotInStore."""
        self.save_all({message_id: imported})

    def save_all(self, imported: Mapping[MessageId, ImportedFields]) -> None:
        """`save` for many messages, all or none."""
        with transaction(self.db):
            for message_id, value in imported.items():
                done = self.db.conn.execute(
                    "INSERT OR REPLACE INTO imported (tree_id, message_id, fields) "
                    "SELECT tree_id, id, ? FROM message WHERE id = ?",
                    [_json(value), message_id],
                )
                if done.rowcount == 0:
                    raise NotInStore("message", message_id)

    def of_tree(self, tree_id: TreeId) -> dict[MessageId, ImportedFields]:
        """By message; only those a file said something of. A damaged entry is left out."""
        rows = self.db.conn.execute("SELECT message_id, fields FROM imported WHERE tree_id = ?", [tree_id])
        found = {MessageId(message_id): _imported(stored) for message_id, stored in rows}
        return {message_id: value for message_id, value in found.items() if value is not None}


def _json(imported: ImportedFields) -> str:
    """By hand, because `asdict` copies every value deeply and an import does this for each message."""
    given = {name: value for name in _FIELDS if (value := getattr(imported, name)) is not None}
    if imported.labels is not None:
        given["labels"] = {
            name: {"value": label.value, "count": label.count} for name, label in imported.labels.items()
        }
    return to_json(given)


def _imported(stored: str) -> ImportedFields | None:
    try:
        value: dict[str, Any] = json.loads(stored)
        labels = value.pop("labels", None)
        if labels is not None:
            value["labels"] = {name: ImportedLabel(**label) for name, label in labels.items()}
        return ImportedFields(**{name: value[name] for name in value.keys() & _KNOWN})
    except (ValueError, TypeError, AttributeError):
        return None
