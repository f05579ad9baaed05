"""Tell QML exactly what changed between two snapshots of a view model's properties."""

from dataclasses import fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from PySide6.QtCore import QObject


def changed_fields(before: "DataclassInstance", after: "DataclassInstance") -> tuple[str, ...]:
    """Names of the fields that differ, in the order they are declared."""
    return tuple(f.name for f in fields(after) if getattr(before, f.name) != getattr(after, f.name))


def notify_changes(owner: "QObject", before: "DataclassInstance", after: "DataclassInstance") -> None:
    """Emit `<camelCaseName>Changed` of the owner for each field that differs.

    The owner must already hold `after`: a slot connected to one signal may read every property.
    """
    for name in changed_fields(before, after):
        getattr(owner, f"{camel_case(name)}Changed").emit()


def camel_case(name: str) -> str:
    """`can_send` as `canSend`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
