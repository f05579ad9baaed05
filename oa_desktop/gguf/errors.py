"""What can be wrong with a model file, in sentences that name the file and the field."""

from pathlib import Path

from oa_desktop.errors import ModelError


class ModelMissing(ModelError):
    """There is no such file, or it cannot be opened."""


class NotAModel(ModelError):
    """The file is something else: an older format, a picture of a web page, an archive."""


class ModelDamaged(ModelError):
    """The header contradicts itself or a limit. `field` is the place in the header."""

    def __init__(self, path: Path, field: str, problem: str) -> None:
        super().__init__(
            "model-damaged",
            f"The model file {shown_name(path)} is damaged: {printable(field)} {problem}.",
            detail=f"{printable(str(path))}: {printable(field)} {problem}",
            hint="Download it again.",
        )
        self.field = field


class ModelIncomplete(ModelError):
    """The file ends before what its header promises. Sizes in bytes; `need_bytes` None: not even known."""

    def __init__(self, path: Path, have_bytes: int, need_bytes: int | None, field: str) -> None:
        if need_bytes is None:
            amount = f"it ends after {decimal_size(have_bytes)}, inside its header"
        else:
            amount = f"{_of(have_bytes, need_bytes)}"
        super().__init__(
            "model-incomplete",
            f"The model file {shown_name(path)} is incomplete: {amount}.",
            detail=f"{printable(str(path))}: {printable(field)}: {have_bytes} of {need_bytes or '?'} bytes",
            hint="Finish the download, or download it again.",
        )
        self.have_bytes = have_bytes
        self.need_bytes = need_bytes
        self.field = field


class ModelUnsupported(ModelError):
    """The file is sound, but this engine cannot run it."""


class ModelTooLarge(ModelError):
    """The model does not fit into the memory of this machine."""


def printable(text: str, limit: int = 120) -> str:
    """`text` without control, bidirectional or unpaired characters, shortened in the middle."""
    clean = "".join(char if char.isprintable() else "�" for char in text)
    if len(clean) > limit:
        half = limit // 2
        clean = f"{clean[:half]}…{clean[-half:]}"
    return clean


def shown_name(path: Path) -> str:
    """The file name as a message may show it."""
    return printable(path.name or str(path))


def decimal_size(size_bytes: int) -> str:
    """`4.1 GB`: decimal units, as the hub shows them."""
    value = float(size_bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 999.5 or unit == "GB":
            break
        value /= 1000
    return f"{int(value)} bytes" if unit == "bytes" else f"{value:.{0 if value >= 99.95 else 1}f} {unit}"


def _of(have_bytes: int, need_bytes: int) -> str:
    """`4.1 of 4.9 GB`, falling back to bytes when both would read the same."""
    have, need = decimal_size(have_bytes), decimal_size(need_bytes)
    if have == need:
        return f"{have_bytes} of {need_bytes} bytes"
    have_number, have_unit = have.split(" ")
    return f"{have_number} of {need}" if have_unit == need.split(" ")[1] else f"{have} of {need}"
