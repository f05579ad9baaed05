"""Say what a file is when it is not GGUF, so that the message can say more than "wrong file"."""

import re
from pathlib import Path
from typing import Final

from oa_desktop.gguf import file_kinds as kinds
from oa_desktop.gguf.file_kinds import FileKind, Kind
from oa_desktop.gguf.opening import open_regular

_SNIFFED_BYTES: Final = 512
_OLD_MAGICS: Final = (b"lmgg", b"fmgg", b"tjgg", b"algg", b"ggml", b"ggmf", b"ggjt", b"ggla")
_OLD_ADAPTERS: Final = (b"algg", b"ggla")
_PICKLES: Final = (".bin", ".pt", ".pth", ".ckpt")
_MOST_SAFETENSORS_HEADER: Final = 1 << 30
_STARTS: Final = (
    (0, b"\x1f\x8b", kinds.GZIP),
    (0, b"7z\xbc\xaf\x27\x1c", kinds.ARCHIVE),
    (0, b"Rar!\x1a\x07", kinds.ARCHIVE),
    (0, b"\xfd7zXZ\0", kinds.ARCHIVE),
    (0, b"\x28\xb5\x2f\xfd", kinds.ARCHIVE),
    (0, b"BZh", kinds.ARCHIVE),
    (257, b"ustar", kinds.ARCHIVE),
    (0, b"\x89HDF\r\n", kinds.KERAS),
    (4, b"TFL3", kinds.TFLITE),
    (0, b"\x7fELF", kinds.PROGRAM),
    (0, b"MZ", kinds.PROGRAM),
)
_UNFINISHED: Final = (".part", ".partial", ".crdownload", ".download", ".incomplete", ".opdownload", ".!qb")
_PIECE: Final = re.compile(
    r"\.gguf[.-](?:split-[a-z]|part-?\d{1,3}(?:of\d{1,3})?|\d{3}|[ax][a-z])\Z", re.IGNORECASE
)
_ADAPTER: Final = re.compile(r"adapter_model|[-_.]lora[-_.]", re.IGNORECASE)
_WHISPER: Final = re.compile(r"whisper|ggml-(?:tiny|base|small|medium|large)\b", re.IGNORECASE)
_REFUSALS: Final = (
    *(b"entry not found", b"repository not found", b"invalid username or password", b"access to model"),
    *(b"access denied", b"forbidden", b"not found", b"too many requests", b"invalid credentials"),
)
_ERROR_MEMBER: Final = re.compile(rb'\A\{\s*"(?:error|errors|message|detail)"\s*:')


def sniff(path: Path) -> FileKind:
    """What the file at `path` looks like from its first bytes. Raises ModelMissing."""
    with open_regular(path) as (file, size_bytes):
        return kind_of_bytes(file.read(min(_SNIFFED_BYTES, size_bytes)), path)


def kind_of_bytes(start: bytes, path: Path) -> FileKind:
    """The same from the first bytes at hand; the name of `path` decides where bytes cannot."""
    if not start:
        return kinds.EMPTY
    if start.startswith(b"GGUF"):
        return kinds.GGUF
    return (
        _by_signature(start, path)
        or _kind_of_text(start, path)
        or kind_of_name(path)
        or _without_signature(path)
        or kinds.UNKNOWN
    )


def kind_of_name(path: Path) -> FileKind | None:
    """What the name alone says, for a file that is not whole: an unfinished download, or a piece."""
    name = path.name.lower()
    if name.endswith(_UNFINISHED):
        return kinds.UNFINISHED
    return kinds.PIECE if _PIECE.search(name) else None


def _without_signature(path: Path) -> FileKind | None:
    name = path.name.lower()
    if name.endswith(".onnx"):
        return kinds.ONNX
    return kinds.MATRIX if "imatrix" in name else None


def _by_signature(start: bytes, path: Path) -> FileKind | None:
    if start[:4] in _OLD_MAGICS or ".ggmlv3." in path.name.lower():
        return _old_kind(start, path)
    adapter = _ADAPTER.search(path.name) is not None
    if start.startswith(b"PK\x03\x04"):
        pickled = path.suffix.lower() in _PICKLES
        return (kinds.ADAPTER if adapter else kinds.PYTORCH) if pickled else kinds.ZIP
    for place, magic, kind in _STARTS:
        if start[place:].startswith(magic):
            return kinds.LLAMAFILE if kind is kinds.PROGRAM and _is_llamafile(path) else kind
    if start[:1] == b"\x80" and start[1:2] in b"\x02\x03\x04\x05":
        return kinds.ADAPTER if adapter else kinds.PYTORCH
    if _is_safetensors(start):
        return kinds.ADAPTER if adapter or b".lora_" in start else kinds.SAFETENSORS
    return None


def _old_kind(start: bytes, path: Path) -> FileKind:
    if start[:4] in _OLD_ADAPTERS:
        return kinds.OLD_ADAPTER
    return kinds.WHISPER if _WHISPER.search(path.name) else kinds.OLD_GGML


def _is_safetensors(start: bytes) -> bool:
    if len(start) < 10 or start[8:9] != b"{":
        return False
    return int.from_bytes(start[:8], "little") < _MOST_SAFETENSORS_HEADER


def _is_llamafile(path: Path) -> bool:
    return "llamafile" in path.name.lower()


def _kind_of_text(start: bytes, path: Path) -> FileKind | None:
    stripped = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if stripped.startswith(b"<?xml") and b"<error>" in stripped:
        return kinds.SERVER_ERROR
    if stripped.startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
        return kinds.HTML
    if stripped.startswith(b"version https://git-lfs"):
        return kinds.LFS_POINTER
    if stripped.startswith(_REFUSALS) or _ERROR_MEMBER.match(stripped):
        return kinds.SERVER_ERROR
    if len(start) < 4 or b"\0" in start or not _decodes(start):
        return None
    return _kind_of_description(stripped, path)


def _kind_of_description(text: bytes, path: Path) -> FileKind:
    """Files that only speak of a model."""
    if text.startswith(b"{"):
        if b"vnd.docker.distribution.manifest" in text or b"vnd.ollama.image" in text:
            return kinds.OLLAMA_MANIFEST
        if path.name.lower().endswith((".index.json", "config.json", "tokenizer.json")):
            return kinds.CHECKPOINT_INDEX
    if path.name.lower().startswith("modelfile") or re.match(rb"(?:#.*\n|\s)*from [^\s]", text):
        return kinds.OLLAMA_MODELFILE
    return kinds.TEXT


def _decodes(start: bytes) -> bool:
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as exc:
        return exc.start >= len(start) - 3  # cut inside a character
    return True


__all__ = ["FileKind", "Kind", "kind_of_bytes", "kind_of_name", "sniff"]
