"""The kinds of files that people take for models, and what to tell them about each."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a file turns out to be."""

    GGUF = "gguf"
    OLD_GGML = "old-ggml"
    WHISPER = "whisper"
    SAFETENSORS = "safetensors"
    PYTORCH = "pytorch"
    ADAPTER = "adapter"
    OTHER_FRAMEWORK = "other-framework"
    MATRIX = "matrix"
    ZIP = "zip"
    GZIP = "gzip"
    ARCHIVE = "archive"
    PROGRAM = "program"
    HTML = "html"
    SERVER_ERROR = "server-error"
    LFS_POINTER = "lfs-pointer"
    OLLAMA_MANIFEST = "ollama-manifest"
    OLLAMA_MODELFILE = "ollama-modelfile"
    CHECKPOINT_INDEX = "checkpoint-index"
    UNFINISHED = "unfinished"
    PIECE = "piece"
    TEXT = "text"
    EMPTY = "empty"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FileKind:
    """`title` completes "This file is ..."; `hint` says what to do instead."""

    kind: Kind
    title: str
    hint: str

    @property
    def is_answer(self) -> bool:
        """What a server or a network says to people where a file was asked for."""
        return self.kind in (Kind.HTML, Kind.SERVER_ERROR)


GET_GGUF: Final = "Look for a .gguf file of the same model."
_MERGE: Final = "Merge it into its base model first, or look for a .gguf file that has it in."

GGUF: Final = FileKind(Kind.GGUF, "a GGUF model", "")
OLD_GGML: Final = FileKind(
    Kind.OLD_GGML,
    "a model in the old GGML format",
    "llama.cpp stopped reading it on 2023-08-21, when GGUF replaced it. " + GET_GGUF,
)
OLD_ADAPTER: Final = FileKind(Kind.ADAPTER, "an adapter (LoRA) in the old GGML format", _MERGE)
ADAPTER: Final = FileKind(Kind.ADAPTER, "an adapter (LoRA) for PyTorch", _MERGE)
WHISPER: Final = FileKind(
    Kind.WHISPER, "a Whisper model, which turns speech into text", "Choose a chat model."
)
SAFETENSORS: Final = FileKind(Kind.SAFETENSORS, "a safetensors file for PyTorch", GET_GGUF)
PYTORCH: Final = FileKind(
    Kind.PYTORCH, "a PyTorch pickle", "Such files can run code when opened. " + GET_GGUF
)
ONNX: Final = FileKind(Kind.OTHER_FRAMEWORK, "an ONNX model", GET_GGUF)
KERAS: Final = FileKind(Kind.OTHER_FRAMEWORK, "an HDF5 file, perhaps a Keras model", GET_GGUF)
TFLITE: Final = FileKind(Kind.OTHER_FRAMEWORK, "a TensorFlow Lite model", GET_GGUF)
MATRIX: Final = FileKind(Kind.MATRIX, "data for quantising (imatrix)", "Choose the model itself.")
ZIP: Final = FileKind(Kind.ZIP, "a zip archive, perhaps a PyTorch model", GET_GGUF)
GZIP: Final = FileKind(Kind.GZIP, "a gzip archive", "Unpack it first.")
ARCHIVE: Final = FileKind(Kind.ARCHIVE, "an archive", "Unpack it first.")
LLAMAFILE: Final = FileKind(
    Kind.PROGRAM, "a llamafile, a program with a model inside", "Look for the .gguf file it was made of."
)
PROGRAM: Final = FileKind(Kind.PROGRAM, "a program", GET_GGUF)
HTML: Final = FileKind(
    Kind.HTML, "a web page", "The download went to a page instead of the file. Download it again."
)
SERVER_ERROR: Final = FileKind(
    Kind.SERVER_ERROR,
    "the error message of a server",
    "The download was refused. Download it again, signed in if the model asks for it.",
)
LFS_POINTER: Final = FileKind(
    Kind.LFS_POINTER,
    "a Git LFS pointer",
    "It only names the model. Download the file itself, or run git lfs pull.",
)
OLLAMA_MANIFEST: Final = FileKind(
    Kind.OLLAMA_MANIFEST,
    "a manifest of Ollama, without the weights",
    "The weights are a file of Ollama's blobs folder, named by the digest in the manifest. Choose that file.",
)
OLLAMA_MODELFILE: Final = FileKind(
    Kind.OLLAMA_MODELFILE,
    "a Modelfile of Ollama, without the weights",
    "Choose the file that its FROM names.",
)
CHECKPOINT_INDEX: Final = FileKind(
    Kind.CHECKPOINT_INDEX, "part of a Hugging Face checkpoint, without the weights", GET_GGUF
)
UNFINISHED: Final = FileKind(
    Kind.UNFINISHED, "an unfinished download", "Finish it with the program that began it, or begin again."
)
PIECE: Final = FileKind(
    Kind.PIECE,
    "a piece of a file that was cut up",
    "Join all pieces in their order into one .gguf file first.",
)
TEXT: Final = FileKind(Kind.TEXT, "a text file", GET_GGUF)
EMPTY: Final = FileKind(Kind.EMPTY, "an empty file", "Download it again.")
UNKNOWN: Final = FileKind(Kind.UNKNOWN, "of no known kind", GET_GGUF)
