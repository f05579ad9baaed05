"""Model files as data: a bounded, distrustful reader of GGUF headers, and what such models take."""

from oa_desktop.gguf.errors import (
    ModelDamaged,
    ModelIncomplete,
    ModelMissing,
    ModelTooLarge,
    ModelUnsupported,
    NotAModel,
)
from oa_desktop.gguf.header import GgufHeader, read_header
from oa_desktop.gguf.sniff import FileKind, Kind, sniff

__all__ = [
    "FileKind",
    "GgufHeader",
    "Kind",
    "ModelDamaged",
    "ModelIncomplete",
    "ModelMissing",
    "ModelTooLarge",
    "ModelUnsupported",
    "NotAModel",
    "read_header",
    "sniff",
]
