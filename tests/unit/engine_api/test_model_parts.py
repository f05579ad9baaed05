"""Which files belong to a model."""

from pathlib import Path

from oa_desktop.engine.model_parts import model_parts


def test_a_model_of_one_file_is_itself():
    assert model_parts(Path("/m/tour.gguf")) == (Path("/m/tour.gguf"),)


def test_a_split_model_is_all_its_parts_whichever_is_named():
    parts = model_parts(Path("/m/big-00002-of-00003.gguf"))
    assert parts[0] == Path("/m/big-00002-of-00003.gguf")
    assert {part.name for part in parts} == {f"big-0000{number}-of-00003.gguf" for number in (1, 2, 3)}
