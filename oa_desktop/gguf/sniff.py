"""Say what a file is when it is not GGUF, so that the message can say more than "wrong file"."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from oa_desktop.gguf.opening import open_regular

_SNIFFED_BYTES = 512


class Kind(StrEnum):
    """What a file turns out to be."""

    GGUF = "gguf"
    OLD_GGML = "old-ggml"
    SAFETENSORS = "safetensors"
    PYTORCH = "pytorch"
    ZIP = "zip"
    GZIP = "gzip"
    HTML = "html"
    LFS_POINTER = "lfs-pointer"
    TEXT = "text"
    EMPTY = "empty"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FileKind:
    """`title` completes "This file is ..."; `hint` says what to do instead."""

    kind: Kind
    title: str
    hint: str


_GET_GGUF = "Look for a .gguf file of the same model."
_OLD_MAGICS = (b"lmgg", b"fmgg", b"tjgg", b"algg", b"ggml", b"ggmf", b"ggjt", b"ggla")

_OLD_GGML = FileKind(
    Kind.OLD_GGML,
    "a model in the old GGML format",
    "llama.cpp stopped reading it on 2023-08-21, when GGUF replaced it. " + _GET_GGUF,
)
_SAFETENSORS = FileKind(Kind.SAFETENSORS, "a safetensors file for PyTorch", _GET_GGUF)
_PYTORCH = FileKind(Kind.PYTORCH, "a PyTorch pickle", "Such files can run code when opened. " + _GET_GGUF)
_ZIP = FileKind(Kind.ZIP, "a zip archive, perhaps a PyTorch model", _GET_GGUF)
_GZIP = FileKind(Kind.GZIP, "a gzip archive", "Unpack it first.")
_HTML = FileKind(
    Kind.HTML, "a web page", "The download went to a page instead of the file. Download it again."
)
_POINTER = FileKind(
    Kind.LFS_POINTER,
    "a Git LFS pointer, not the model itself",
    "Download the file itself, or run git lfs pull.",
)
_TEXT = FileKind(Kind.TEXT, "a text file", _GET_GGUF)
_EMPTY = FileKind(Kind.EMPTY, "an empty file", "Download it again.")
_UNKNOWN = FileKind(Kind.UNKNOWN, "of no known kind", _GET_GGUF)
_GGUF = FileKind(Kind.GGUF, "a GGUF model", "")


def sniff(path: Path) -> FileKind:
    """What the file at `path` looks like from its first bytes. Raises ModelMissing."""
    with open_regular(path) as (file, size_bytes):
        return kind_of_bytes(file.read(min(_SNIFFED_BYTES, size_bytes)), path)


def kind_of_bytes(start: bytes, path: Path) -> FileKind:
    """The same from the first bytes at hand; the name of `path` decides where bytes cannot."""
    if not start:
        return _EMPTY
    if start.startswith(b"GGUF"):
        return _GGUF
    if start[:4] in _OLD_MAGICS or ".ggmlv3." in path.name.lower():
        return _OLD_GGML
    if start.startswith(b"PK\x03\x04"):
        return _PYTORCH if path.suffix.lower() in (".bin", ".pt", ".pth", ".ckpt") else _ZIP
    if start.startswith(b"\x1f\x8b"):
        return _GZIP
    if start[:1] == b"\x80" and start[1:2] in b"\x02\x03\x04\x05":
        return _PYTORCH
    if len(start) > 9 and start[8:9] == b"{" and int.from_bytes(start[:8], "little") < 1 << 30:
        return _SAFETENSORS
    return _kind_of_text(start)


def _kind_of_text(start: bytes) -> FileKind:
    stripped = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if stripped.startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
        return _HTML
    if stripped.startswith(b"version https://git-lfs"):
        return _POINTER
    if len(start) >= 4 and b"\0" not in start and _decodes(start):
        return _TEXT
    return _UNKNOWN


def _decodes(start: bytes) -> bool:
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as exc:
        return exc.start >= len(start) - 3  # cut inside a character
    return True
