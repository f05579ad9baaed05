"""Models in several files, split by the project's own writer: only the first part says what they are."""

from pathlib import Path

import gguf
import numpy as np
import pytest

from oa_desktop.errors import ModelError
from oa_desktop.gguf.check import check_model
from oa_desktop.gguf.facts import Purpose


def split_model(folder: Path, *, small_first: bool) -> list[Path]:
    """Three parts; with small_first the first of them holds no tensors."""
    writer = gguf.GGUFWriter(None, "llama", split_max_tensors=1, small_first_shard=small_first)
    writer.add_name("Split")
    writer.add_block_count(1)
    writer.add_context_length(512)
    for number in range(2 if small_first else 3):
        writer.add_tensor(f"blk.{number}.weight", np.zeros((4, 32), dtype=np.float32))
    writer.write_header_to_file(folder / "big.gguf")
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return sorted(folder.glob("*.gguf"))


@pytest.mark.parametrize("small_first", [False, True], ids=["even parts", "a first part without tensors"])
def test_d18_the_first_part_stands_for_all_of_them(small_first: bool, tmp_path: Path) -> None:
    parts = split_model(tmp_path, small_first=small_first)
    assert [part.name[4:9] for part in parts] == ["00001", "00002", "00003"]
    model = check_model(parts[0])
    assert model.parts == tuple(parts)
    assert model.facts.purpose is Purpose.CHAT
    assert model.facts.split == (1, 3)


def test_d18_another_part_names_the_first_though_it_names_no_architecture(tmp_path: Path) -> None:
    parts = split_model(tmp_path, small_first=False)
    for number in (2, 3):
        with pytest.raises(ModelError, match=f"is part {number} of 3") as caught:
            check_model(parts[number - 1])
        assert caught.value.code == "model-parts"
        assert "big-00001-of-00003.gguf" in caught.value.hint


@pytest.mark.parametrize("missing", [0, 1, 2], ids=["first", "middle", "last"])
def test_d18_a_part_that_is_missing_is_named(missing: int, tmp_path: Path) -> None:
    parts = split_model(tmp_path, small_first=False)
    parts.pop(missing).unlink()
    for part in parts:
        with pytest.raises(ModelError, match="one of 3 parts, and 2 of 3 are here") as caught:
            check_model(part)
        assert f"big-0000{missing + 1}-of-00003.gguf" in caught.value.hint
    parts[0].unlink()
    with pytest.raises(ModelError, match="1 of 3 are here") as caught:
        check_model(parts[1])
    assert "and 1 more" in caught.value.hint
