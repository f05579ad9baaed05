from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.hub.repo_files import FileRole, RemoteFile, group_files, role_of


def files(*names: str) -> list[RemoteFile]:
    return [RemoteFile(name, 1000 + number) for number, name in enumerate(names)]


def part(number: int, count: int, stem: str = "big-Q6_K", size: int | None = 10) -> RemoteFile:
    return RemoteFile(f"{stem}-{number:05}-of-{count:05}.gguf", size)


def test_only_gguf_files_are_offered_small_ones_first() -> None:
    found = group_files(
        [
            RemoteFile("m.Q8_0.gguf", 80),
            RemoteFile("README.md", 1),
            RemoteFile("m.Q4_K_M.GGUF", 40),
            RemoteFile("m.Q5_K_M.gguf", None),
            RemoteFile("m.safetensors", 90),
        ]
    )
    assert [(model.name, model.quantisation) for model in found] == [
        ("m.Q4_K_M.GGUF", "Q4_K_M"),
        ("m.Q8_0.gguf", "Q8_0"),
        ("m.Q5_K_M.gguf", "Q5_K_M"),
    ]
    assert found[2].size_bytes is None


def test_the_parts_of_a_set_are_one_model_in_their_order() -> None:
    (model,) = group_files([part(3, 3), part(1, 3), part(2, 3)])
    assert [file.path[-19:-14] for file in model.parts] == ["00001", "00002", "00003"]
    assert (model.complete, model.parts_announced, model.size_bytes) == (True, 3, 30)
    assert (model.quantisation, model.kind) == ("Q6_K", FileRole.MODEL)


def test_d18_a_set_with_a_missing_part_says_how_many_are_there() -> None:
    (model,) = group_files([part(2, 3)])
    assert (model.complete, len(model.parts), model.parts_announced) == (False, 1, 3)


def test_sets_of_different_length_or_folder_are_not_joined() -> None:
    found = group_files(
        [part(1, 2), part(2, 2), part(1, 3), part(1, 2, "x/big-Q6_K"), part(2, 2, "x/big-Q6_K")]
    )
    assert sorted((len(model.parts), model.complete) for model in found) == [(1, False), (2, True), (2, True)]


def test_a_set_with_a_part_of_unknown_size_has_no_size() -> None:
    (model,) = group_files([part(1, 2), part(2, 2, size=None)])
    assert model.size_bytes is None


def test_numbers_that_make_no_sense_are_ordinary_files() -> None:
    for file in (part(0, 2), part(3, 2), part(1, 0), part(1, 99999)):
        (model,) = group_files([file])
        assert (model.complete, model.parts_announced) == (True, 1)


def test_the_same_part_twice_counts_once() -> None:
    (model,) = group_files([part(1, 2), part(1, 2), part(2, 2)])
    assert len(model.parts) == 2


def test_a_quantisation_may_be_told_by_the_folder() -> None:
    (model,) = group_files(files("UD-Q4_K_XL/model.gguf"))
    assert model.quantisation == "Q4_K_XL"


def test_files_that_are_no_chat_model_are_set_aside() -> None:
    found = group_files(
        files(
            "mmproj-model-f16.gguf",
            "model.mmproj-Q8_0.gguf",
            "mtp-model.gguf",
            "model-imatrix.gguf",
            "my-lora-f16.gguf",
            "ggml-vocab-llama.gguf",
            "sub/mmproj-BF16.gguf",
            "model-Q4_K_M.gguf",
        )
    )
    assert [model.name for model in found if model.kind is FileRole.MODEL] == ["model-Q4_K_M.gguf"]
    assert found[0].name == "model-Q4_K_M.gguf"
    kinds = {model.kind for model in found}
    assert kinds == set(FileRole)


def test_models_whose_names_only_sound_like_it_are_models() -> None:
    for name in ("explora-7b.gguf", "drafter-chat.Q4_0.gguf", "floral.gguf", "vocabulary-tutor-q8_0.gguf"):
        assert role_of(name) is FileRole.MODEL


@given(st.lists(st.text(max_size=30).map(lambda name: f"{name}.gguf")))
def test_every_gguf_file_is_in_exactly_one_model(names: list[str]) -> None:
    unique = list(dict.fromkeys(names))
    found = group_files(RemoteFile(name) for name in unique)
    assert sorted(file.path for model in found for file in model.parts) == sorted(unique)
