"""Where the window's own files lie: in the package of a wheel, or at the top of a checkout."""

from importlib.resources import files
from pathlib import Path


def resource_root() -> Path:
    """The folder that holds `qml`, `fonts`, `icons` and `licenses`."""
    package = Path(str(files("oa_desktop")))
    packed = package / "resources"
    return packed if packed.is_dir() else package.parent / "resources"


def qml_root() -> Path:
    """The import path of our QML modules."""
    return resource_root() / "qml"
