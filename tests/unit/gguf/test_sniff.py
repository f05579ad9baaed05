"""Files that are not GGUF are named for what they are."""

import gzip
import pickle
import zipfile
from pathlib import Path

import pytest

from oa_desktop.gguf import Kind, NotAModel, read_header, sniff

FILES: dict[str, tuple[bytes, Kind]] = {
    "old.ggmlv3.q4_0.bin": (b"tjgg\x03\0\0\0" + bytes(64), Kind.OLD_GGML),
    "older.bin": (b"lmgg" + bytes(64), Kind.OLD_GGML),
    "model.safetensors": (
        (60).to_bytes(8, "little") + b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        Kind.SAFETENSORS,
    ),
    "model.bin": (b"PK\x03\x04" + bytes(64), Kind.PYTORCH),
    "model.pickle": (pickle.dumps({"a": 1}), Kind.PYTORCH),
    "archive.gguf.gz": (gzip.compress(b"GGUF" * 100), Kind.GZIP),
    "page.gguf": (b"\n <!DOCTYPE html><html><body>Sign in</body></html>", Kind.HTML),
    "pointer.gguf": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", Kind.LFS_POINTER),
    "notes.gguf": ("这是一个文本文件。\n".encode() * 60, Kind.TEXT),
    "noise.gguf": (b"\xff\xfe\0\x01" * 20, Kind.UNKNOWN),
    "nothing.gguf": (b"", Kind.EMPTY),
    "good.gguf": (b"GGUF\x03\0\0\0", Kind.GGUF),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_recognised_by_its_first_bytes(name: str, tmp_path: Path) -> None:
    start, kind = FILES[name]
    (tmp_path / name).write_bytes(start)
    assert sniff(tmp_path / name).kind is kind


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
