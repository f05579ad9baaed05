"""Files that are not GGUF are named for what they are."""

import bz2
import gzip
import lzma
import pickle
import zipfile
from pathlib import Path

import pytest

from oa_desktop.gguf import Kind, ModelMissing, NotAModel, read_header, sniff
from oa_desktop.gguf.check import check_model
from tests.unit.gguf.ggufs import Gguf

SAFETENSORS = (60).to_bytes(8, "little") + b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
FILES: dict[str, tuple[bytes, Kind]] = {
    "old.ggmlv3.q4_0.bin": (b"tjgg\x03\0\0\0" + bytes(64), Kind.OLD_GGML),
    "older.bin": (b"lmgg" + bytes(64), Kind.OLD_GGML),
    "model.safetensors": (SAFETENSORS, Kind.SAFETENSORS),
    "model.bin": (b"PK\x03\x04" + bytes(64), Kind.PYTORCH),
    "model.pickle": (pickle.dumps({"a": 1}), Kind.PYTORCH),
    "archive.gguf.gz": (gzip.compress(b"GGUF" * 100), Kind.GZIP),
    "page.gguf": (b"\n <!DOCTYPE html><html><body>Sign in</body></html>", Kind.HTML),
    "pointer.gguf": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", Kind.LFS_POINTER),
    "notes.gguf": ("这是一个文本文件。\n".encode() * 60, Kind.TEXT),
    "noise.gguf": (b"\xff\xfe\0\x01" * 20, Kind.UNKNOWN),
    "lora.ggml.bin": (b"algg\x01\0\0\0" + bytes(64), Kind.ADAPTER),
    "ggml-base.en.bin": (b"lmgg" + bytes(64), Kind.WHISPER),
    "adapter_model.safetensors": (SAFETENSORS, Kind.ADAPTER),
    "weights.safetensors": (
        (90).to_bytes(8, "little") + b'{"layers.0.q_proj.lora_A.weight":{"dtype":"F32"',
        Kind.ADAPTER,
    ),
    "adapter_model.bin": (b"PK\x03\x04" + bytes(64), Kind.ADAPTER),
    "model-00001-of-00002.safetensors": (SAFETENSORS, Kind.SAFETENSORS),
    "model.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(64), Kind.ARCHIVE),
    "model.rar": (b"Rar!\x1a\x07\x01\0" + bytes(64), Kind.ARCHIVE),
    "model.gguf.xz": (lzma.compress(b"GGUF" * 100), Kind.ARCHIVE),
    "model.gguf.bz2": (bz2.compress(b"GGUF" * 100), Kind.ARCHIVE),
    "model.nemo": (b"weights".ljust(257, b"\0") + b"ustar\x0000", Kind.ARCHIVE),
    "model.h5": (b"\x89HDF\r\n\x1a\n" + bytes(64), Kind.OTHER_FRAMEWORK),
    "model.tflite": (b"\x1c\0\0\0TFL3" + bytes(64), Kind.OTHER_FRAMEWORK),
    "model.onnx": (b"\x08\x07\x12\x07pytorch\x00\xff", Kind.OTHER_FRAMEWORK),
    "setup.exe": (b"MZ\x90\0" + bytes(64), Kind.PROGRAM),
    "llava.llamafile": (b"MZqFpD='\n" + bytes(64), Kind.PROGRAM),
    "imatrix.dat": (b"\x20\0\0\0\x14\0\0\0blk.0.attn_k.weight\xff", Kind.MATRIX),
    "manifest": (
        b'{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json"}',
        Kind.OLLAMA_MANIFEST,
    ),
    "Modelfile": (b"# mine\nFROM ./falcon.gguf\n", Kind.OLLAMA_MODELFILE),
    "config.json": (b'{"architectures": ["LlamaForCausalLM"]}', Kind.CHECKPOINT_INDEX),
    "model.safetensors.index.json": (b'{"metadata": {"total_size": 1}}', Kind.CHECKPOINT_INDEX),
    "refused.gguf": (b'{"error":"Repository not found"}', Kind.SERVER_ERROR),
    "gone.gguf": (b"Entry not found", Kind.SERVER_ERROR),
    "expired.gguf": (
        b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
        Kind.SERVER_ERROR,
    ),
    "model.gguf.part": (b"\xff\xfe\0\x01" * 20, Kind.UNFINISHED),
    "model.gguf-split-b": (b"\xff\xfe\0\x01" * 20, Kind.PIECE),
    "model.gguf.part2of2": (b"\xff\xfe\0\x01" * 20, Kind.PIECE),
    "model.gguf.002": (b"\xff\xfe\0\x01" * 20, Kind.PIECE),
    "nothing.gguf": (b"", Kind.EMPTY),
    "good.gguf": (b"GGUF\x03\0\0\0", Kind.GGUF),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_recognised_by_its_first_bytes(name: str, tmp_path: Path) -> None:
    start, kind = FILES[name]
    (tmp_path / name).write_bytes(start)
    found = sniff(tmp_path / name)
    assert found.kind is kind
    assert found.title.startswith(("a ", "an ", "the ", "part of ", "data ", "of "))
    assert found.hint or kind is Kind.GGUF


def test_d11_a_web_page_saved_as_a_model_is_called_a_web_page(tmp_path: Path) -> None:
    path = tmp_path / "falcon.gguf"
    path.write_bytes(FILES["page.gguf"][0])
    with pytest.raises(NotAModel, match="is a web page, not a GGUF model") as caught:
        read_header(path)
    assert "Download it again" in caught.value.hint


def test_an_old_ggml_model_says_since_when_it_does_not_load(tmp_path: Path) -> None:
    path = tmp_path / "openassistant.ggmlv3.q4_0.bin"
    path.write_bytes(FILES["old.ggmlv3.q4_0.bin"][0])
    with pytest.raises(NotAModel, match="old GGML format") as caught:
        read_header(path)
    assert "2023-08-21" in caught.value.hint


def test_a_zip_archive_is_a_zip_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "model.zip", "w") as archive:
        archive.writestr("a", "b")
    assert sniff(tmp_path / "model.zip").kind is Kind.ZIP


@pytest.mark.parametrize("name", ["model.gguf.part", "model.gguf.crdownload", "model.gguf-split-a"])
def test_a_name_that_says_it_is_not_whole_is_believed_over_a_sound_header(name: str, tmp_path: Path) -> None:
    """Some programs give a download its full length at once: the header is whole, the rest zeros."""
    with pytest.raises(NotAModel, match=r"an unfinished download|a piece of a file") as caught:
        check_model(Gguf().write(tmp_path / name))
    assert caught.value.hint
    (tmp_path / name).write_bytes(Gguf().build()[:400])
    with pytest.raises(NotAModel, match=r"an unfinished download|a piece of a file"):
        check_model(tmp_path / name)


FOLDERS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "checkpoint": (
        ("config.json", "model.safetensors", "tokenizer.json"),
        "Hugging Face checkpoint",
        ".gguf",
    ),
    "pickles": (("config.json", "pytorch_model.bin"), "Hugging Face checkpoint", ".gguf"),
    "adapter": (("adapter_config.json", "adapter_model.safetensors"), "adapter (LoRA)", "Merge it"),
    "models--owner--name": (("blobs/", "refs/", "snapshots/"), "Hugging Face cache", "snapshots"),
    "ollama": (("blobs/", "manifests/"), "model folder of Ollama", "blobs"),
    "saved": (("saved_model.pb", "variables/"), "TensorFlow", ".gguf"),
    "model.mlpackage": (("Manifest.json", "Data/"), "Core ML", ".gguf"),
    "empty": ((), "an empty folder", "Choose a .gguf file"),
    "other": (("notes.txt",), "a folder", "Choose a .gguf file"),
    "one": (("README.md", "falcon.gguf"), "a folder with a GGUF file", "Choose falcon.gguf in it."),
    "two": (("a.gguf", "b.gguf"), "2 GGUF files", "Choose a.gguf or b.gguf in it."),
    "many": (("a.gguf", "b.gguf", "c.GGUF"), "3 GGUF files", "one of them, such as a.gguf,"),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_is_named_for_what_is_in_it(name: str, tmp_path: Path) -> None:
    entries, title, hint = FOLDERS[name]
    folder = tmp_path / name
    folder.mkdir()
    for entry in entries:
        (folder / entry).mkdir() if entry.endswith("/") else (folder / entry).touch()
    with pytest.raises(ModelMissing) as caught:
        check_model(folder)
    assert title in caught.value.title
    assert hint in caught.value.hint


def test_a_hostile_name_in_a_folder_is_shown_without_its_control_characters(tmp_path: Path) -> None:
    (tmp_path / "a\u202e.gguf").touch()
    with pytest.raises(ModelMissing) as caught:
        check_model(tmp_path)
    assert "\u202e" not in caught.value.hint
