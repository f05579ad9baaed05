"""From headers to sentences: facts, what may be chatted with, parts, and whether it fits."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from oa_desktop.errors import ModelError
from oa_desktop.gguf import ModelTooLarge, ModelUnsupported, architectures, read_header
from oa_desktop.gguf.check import check_model
from oa_desktop.gguf.facts import ModelFacts, Purpose, facts_of
from oa_desktop.gguf.families import PromptFamily, guess_family
from oa_desktop.gguf.fit import Fit, default_context, memory_need, require_fit
from tests.unit.gguf.ggufs import ARCH, I32, PAIRS, STRING, U32, Gguf, array, pair, tensor

TOUR = Path(__file__).parents[3] / "resources" / "tour" / "tour.gguf"
GB = 1_000_000_000


def facts(tmp_path: Path, *extra: bytes, pairs: Sequence[bytes] = PAIRS) -> ModelFacts:
    return facts_of(read_header(Gguf(pairs=[*pairs, *extra]).write(tmp_path / "tiny-chat.gguf")))


def test_facts_of_a_small_file(tmp_path: Path) -> None:
    found = facts(tmp_path, pair("general.license", STRING, "apache-2.0"))
    assert (found.name, found.architecture, found.quantisation) == ("Tiny", "llama", "F32")
    assert (found.parameter_count, found.parameter_label) == (640, "640")
    assert (found.context_tokens, found.licence, found.family) == (2048, "apache-2.0", PromptFamily.OASST)
    assert found.purpose is Purpose.CHAT
    assert found.shape.kv_heads == (2, 2)
    assert found.shape.key_length == 16


def test_a_file_that_says_nothing_still_has_facts(tmp_path: Path) -> None:
    found = facts(tmp_path, pairs=[])
    assert (found.name, found.architecture, found.context_tokens) == ("tiny-chat", "", 0)
    assert found.quantisation == "F32"
    assert found.family is PromptFamily.PLAIN
    assert any("base model" in note for note in found.notes)


def test_heads_may_differ_from_layer_to_layer(tmp_path: Path) -> None:
    pairs = [p for p in PAIRS if b"head_count_kv" not in p]
    found = facts(tmp_path, array("llama.attention.head_count_kv", I32, [2, 4]), pairs=pairs)
    assert found.shape.kv_heads == (2, 4)


def test_u01_a_poisoned_name_keeps_to_one_short_line(tmp_path: Path) -> None:
    pairs = [ARCH, pair("general.name", STRING, "a\nb\u202e\0" + "x" * 5000)]
    name = facts(tmp_path, pairs=pairs).name
    assert name.startswith("a�b��xxx")
    assert len(name) < 130


FAMILIES: list[tuple[set[str], str | None, str, PromptFamily]] = [
    ({"<|prompter|>", "<|assistant|>"}, None, "falcon", PromptFamily.OASST),
    ({"<|prompter|>", "<|assistant|>"}, "<|im_start|><|im_end|>", "orca", PromptFamily.OASST),
    ({"<|im_start|>", "<|im_end|>"}, None, "codellama", PromptFamily.CHATML),
    (set(), "'<|user|>\n' + content + eos '<|assistant|>'", "TinyLlama", PromptFamily.ZEPHYR),
    ({"<|prompt|>", "<|answer|>"}, None, "danube", PromptFamily.DANUBE),
    ({"<|start_header_id|>"}, "<|start_header_id|>user", "llama", PromptFamily.LLAMA3),
    ({"<|im_start|>", "<|im_end|>"}, "[INST] {{ content }}", "odd", PromptFamily.MISTRAL),
    (set(), None, "Guanaco-7B", PromptFamily.GUANACO),
    (set(), "{{ messages }}", "new", PromptFamily.TEMPLATE),
    ({"<|endoftext|>"}, None, "pythia", PromptFamily.PLAIN),
]


@pytest.mark.parametrize(("tokens", "template", "name", "family"), FAMILIES)
def test_the_prompt_family_is_guessed(
    tokens: set[str], template: str | None, name: str, family: PromptFamily
) -> None:
    assert guess_family(tokens, template, name) is family


NOT_FOR_CHAT: dict[str, tuple[list[bytes], str]] = {
    "projector": ([pair("general.architecture", STRING, "clip")], "mmproj"),
    "mmproj": ([ARCH, pair("general.type", STRING, "mmproj")], "mmproj"),
    "lora": ([ARCH, pair("general.type", STRING, "adapter")], "LoRA"),
    "imatrix": ([ARCH, pair("general.type", STRING, "imatrix")], "quantising"),
    "embedding": ([pair("general.architecture", STRING, "bert")], "vectors"),
    "pictures": ([pair("general.architecture", STRING, "flux")], "pictures"),
    "vocabulary": ([ARCH, pair("general.type", STRING, "vocab")], "without weights"),
    "no architecture": ([], "architecture"),
}


@pytest.mark.parametrize("case", NOT_FOR_CHAT)
def test_files_that_are_no_chat_model_say_what_they_are(case: str, tmp_path: Path) -> None:
    pairs, words = NOT_FOR_CHAT[case]
    with pytest.raises(ModelUnsupported, match=words):
        check_model(Gguf(pairs=pairs).write(tmp_path / "x.gguf"))


def test_a_vocabulary_without_weights_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelUnsupported, match="without weights"):
        check_model(Gguf(tensors=(), data_bytes=0).write(tmp_path / "x.gguf"))


def test_e09_an_unknown_architecture_needs_a_newer_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Gguf(pairs=[pair("general.architecture", STRING, "brandnew9")]).write(tmp_path / "x.gguf")
    monkeypatch.setattr(architectures, "version", lambda name: architectures.LISTED_VERSION)
    with pytest.raises(ModelUnsupported, match=r"needs a newer engine \(architecture brandnew9\)"):
        check_model(path)


def test_e09_with_another_engine_the_list_refuses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Gguf(pairs=[pair("general.architecture", STRING, "brandnew9")]).write(tmp_path / "x.gguf")
    monkeypatch.setattr(architectures, "version", lambda name: "9.9.9")
    assert check_model(path).facts.architecture == "brandnew9"


def write_part(folder: Path, part: int, parts: int = 3) -> Path:
    extra = [pair("split.count", U32, parts), pair("split.no", U32, part - 1)]
    return Gguf(extra=extra).write(folder / f"big-{part:05}-of-{parts:05}.gguf")


def test_d18_a_model_in_parts_needs_all_of_them(tmp_path: Path) -> None:
    first = write_part(tmp_path, 1)
    write_part(tmp_path, 3)
    with pytest.raises(ModelUnsupported, match="one of 3 parts, and 2 of 3 are here"):
        check_model(first)
    second = write_part(tmp_path, 2)
    assert [part.name[4:9] for part in check_model(first).parts] == ["00001", "00002", "00003"]
    with pytest.raises(ModelUnsupported, match="part 2 of 3"):
        check_model(second)


def test_a_part_under_another_name_is_refused(tmp_path: Path) -> None:
    path = write_part(tmp_path, 1).rename(tmp_path / "renamed.gguf")
    with pytest.raises(ModelUnsupported, match="its name does not say which"):
        check_model(path)


def test_the_kv_cache_of_falcon_7b_is_small_and_of_codellama_large(tmp_path: Path) -> None:
    tiny = facts(tmp_path)
    falcon = replace(tiny, shape=replace(tiny.shape, kv_heads=(1,) * 32, key_length=64, value_length=64))
    codellama = replace(
        tiny, shape=replace(tiny.shape, kv_heads=(40,) * 40, key_length=128, value_length=128)
    )
    assert memory_need(falcon, 2048).kv_bytes == 16 * 2**20
    assert memory_need(codellama, 16_384).kv_bytes == 12.5 * 2**30


def test_e03_a_model_too_large_is_refused_with_both_numbers(tmp_path: Path) -> None:
    big = replace(facts(tmp_path), size_bytes=41 * GB - 60_000_000)
    need = memory_need(big, 2048)
    with pytest.raises(ModelTooLarge) as caught:
        require_fit(big, need, 2048, 23 * GB)
    assert caught.value.title == "Tiny needs about 41.0 GB of memory; this machine has 23.0 GB free."
    assert "smaller model" in caught.value.hint


def test_e03_a_smaller_context_is_offered_where_it_would_help(tmp_path: Path) -> None:
    found = facts(tmp_path)
    wide = replace(found, shape=replace(found.shape, kv_heads=(40,) * 40, key_length=128, value_length=128))
    with pytest.raises(ModelTooLarge) as caught:
        require_fit(wide, memory_need(wide, 16_384), 16_384, 10 * GB)
    assert caught.value.hint == "Choose a smaller context."


def test_fit_has_three_verdicts(tmp_path: Path) -> None:
    need = memory_need(replace(facts(tmp_path), size_bytes=4 * GB), 2048)
    verdicts = [need.verdict(available) for available in (10 * GB, 5 * GB, 4 * GB)]
    assert verdicts == [Fit.FITS, Fit.TIGHT, Fit.TOO_LARGE]


def test_the_default_context_is_capped(tmp_path: Path) -> None:
    found = facts(tmp_path)
    assert default_context(found) == 2048
    assert default_context(replace(found, context_tokens=16_384)) == 4096
    assert default_context(replace(found, context_tokens=0)) == 4096


@pytest.mark.model
def test_the_tour_model_may_be_chatted_with() -> None:
    model = check_model(TOUR)
    assert model.facts.family is PromptFamily.OASST
    assert model.facts.quantisation == "Q8_0"
    assert model.parts == (TOUR,)


def test_e07_an_absurd_header_never_reaches_the_memory_estimate(tmp_path: Path) -> None:
    pairs = [ARCH, pair("llama.block_count", U32, 4_000_000_000)]
    with pytest.raises(ModelError):
        check_model(Gguf(pairs=pairs, tensors=[tensor("t", [32])]).write(tmp_path / "x.gguf"))
