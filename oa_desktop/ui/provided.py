"""The view models that QML reaches by name: wiring provides them, each type's `create` takes its own."""

from typing import TypeVar

from PySide6.QtCore import QObject
from PySide6.QtQml import QQmlEngine

T = TypeVar("T", bound=QObject)

_provided: dict[type[QObject], QObject] = {}


def provide(*view_models: QObject) -> None:
    """Make these the instances QML gets. They keep their Python owner: an engine never deletes them."""
    for view_model in view_models:
        QQmlEngine.setObjectOwnership(view_model, QQmlEngine.ObjectOwnership.CppOwnership)
        _provided[type(view_model)] = view_model


def provided(view_model_type: type[T]) -> T:
    """The instance of a type. Raises KeyError when wiring has not provided one."""
    instance = _provided[view_model_type]
    assert isinstance(instance, view_model_type)
    return instance


def withdraw_all() -> None:
    """Forget every instance, so that nothing of a closed window is kept."""
    _provided.clear()
