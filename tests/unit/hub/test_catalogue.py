"""The catalogue that comes with the app, and what is said when a hand has damaged it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from oa_desktop.gguf.families import PromptFamily
from oa_desktop.hub.catalogue import Catalogue, CatalogueEntry, CatalogueFile, load_catalogue
from oa_desktop.hub.errors import HubError
from oa_desktop.hub.quantisations import expected_bytes, is_recommendable, quantisation_of, size_word
from oa_desktop.paths import resource_root

CATALOGUE = resource_root() / "catalogue.json"
SCHEMA = resource_root() / "catalogue.schema.json"
ENTRIES = load_catalogue().entries
each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)


def damaged(tmp_path: Path, content: bytes) -> HubError:
    path = tmp_path / "catalogue.json"
    path.write_bytes(content)
    with pytest.raises(HubError) as caught:
        load_catalogue(path)
    assert caught.value.code == "catalogue-damaged"
    assert len(caught.value.sentence.splitlines()) == 1
    return caught.value


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    change(document)
    return json.dumps(document).encode()


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_the_project_comes_first_then_what_was_taught_on_its_data_then_others() -> None:
    families = [entry.family for entry in ENTRIES]
    assert list(dict.fromkeys(families)) == ["OpenAssistant", "Taught on OASST", "Other"]
    assert families == sorted(families, key=list(dict.fromkeys(families)).index)
    assert families.count("Other") >= 15


@each_entry
def test_an_entry_says_what_a_person_needs(entry: CatalogueEntry) -> None:
    assert entry.sentence.endswith(".")
    assert entry.licence_notice.endswith(".")
    assert entry.prompt_format in set(PromptFamily)
    assert entry.recommended_file in entry.files
    assert is_recommendable(entry.recommended_file.quantisation)
    for file in entry.files:
        assert quantisation_of(file.path) == file.quantisation
        assert size_word(file.quantisation) is not None


@each_entry
def test_the_sizes_of_an_entry_are_plausible(entry: CatalogueEntry) -> None:
    for file in entry.files:
        if file.size_bytes is not None:
            assert file.size_bytes == pytest.approx(
                expected_bytes(entry.parameters, file.quantisation), rel=0.4
            )


@each_entry
def test_the_shape_of_an_entry_gives_about_its_parameters(entry: CatalogueEntry) -> None:
    if entry.shape is None:
        return
    shape, width = entry.shape, entry.shape.embedding_length
    attention = 2 * width**2 + 2 * width * shape.kv_heads[0] * shape.key_length
    parameters = shape.layers * (attention + 8.5 * width**2) + shape.vocabulary_size * width
    assert entry.parameters * 1e9 == pytest.approx(parameters, rel=0.45)


def test_every_hash_is_of_one_file_only() -> None:
    hashes = [file.sha256 for entry in ENTRIES for file in entry.files if file.sha256]
    assert len(set(hashes)) == len(hashes) > 20


def test_only_models_of_the_first_llama_are_not_for_commercial_use() -> None:
    assert [entry.id for entry in ENTRIES if entry.non_commercial] == ["guanaco-7b"]


def test_a_pinned_hash_counts_only_at_its_commit() -> None:
    sha256 = "ab" * 32
    file = CatalogueFile("m.gguf", "Q4_K_M", sha256=sha256, commit="5bcd629")
    assert file.pinned_sha256("5bcd629" + "0" * 33) == sha256
    assert file.pinned_sha256("0" * 40) is None
    assert CatalogueFile("m.gguf", "Q4_K_M", sha256=sha256).pinned_sha256("0" * 40) is None


@pytest.mark.parametrize(
    ("ref", "path"),
    [
        ("tinyllama-chat-v0.3", "tinyllama-1.1b-chat-v0.3.Q4_K_M.gguf"),
        (" TinyLlama-Chat-v0.3:q5_0 ", "tinyllama-1.1b-chat-v0.3.Q5_0.gguf"),
        ("tinyllama-chat-v0.3:Q9", None),
        ("tinyllama-chat-v0.3:", "tinyllama-1.1b-chat-v0.3.Q4_K_M.gguf"),
        ("something-else", None),
        ("", None),
    ],
)
def test_an_entry_is_found_by_its_name(ref: str, path: str | None) -> None:
    found = Catalogue(ENTRIES).find(ref)
    assert (found and found[1].path) == path


def test_words_find_the_entries_that_have_all_of_them() -> None:
    catalogue = Catalogue(ENTRIES)
    assert [entry.id for entry in catalogue.matching("CODE  llama")] == ["oa-codellama-13b"]
    assert {entry.family for entry in catalogue.matching("openassistant falcon")} == {"OpenAssistant"}
    assert catalogue.matching("") == ENTRIES
    assert catalogue.matching("falcon zebra") == ()


def test_a_catalogue_cut_short_names_the_line(tmp_path: Path) -> None:
    text = CATALOGUE.read_bytes()
    cut = text[: len(text) // 2]
    line = cut.count(b"\n") + 1
    assert f"at line {line}," in damaged(tmp_path, cut).title


DAMAGES: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda d: d["models"][3].pop("repo"), "models[3]"),
    (lambda d: d["models"][3].update(repo="../../etc"), "models[3].repo"),
    (lambda d: d["models"][3].update(repo="owner/name\n"), "models[3].repo"),
    (lambda d: d["models"][2].update(file_pattern="../{quantisation}.gguf"), "models[2].file_pattern"),
    (lambda d: d["models"][2].update(file_pattern="same.gguf"), "models[2].file_pattern"),
    (lambda d: d["models"][2].update(file_pattern="{quantisation}{0}.gguf"), "models[2].file_pattern"),
    (lambda d: d["models"][0].update(title="two\nlines"), "models[0].title"),
    (lambda d: d["models"][0].update(title="\u202etxt"), "models[0].title"),
    (lambda d: d["models"][1]["files"][0].update(sha256="abc"), "models[1].files[0].sha256"),
    (lambda d: d["models"][1]["files"][0].pop("sha256"), "models[1].files[0]"),
    (lambda d: d["models"][1]["files"][0].update(size_bytes=-1), "models[1].files[0]"),
    (lambda d: d["models"][1]["files"].append(d["models"][1]["files"][0]), "models[1].files"),
    (lambda d: d["models"][1].update(commit="0" * 40), "models[1].files[0].commit"),
    (lambda d: d["models"][5].update(id=d["models"][4]["id"]), "models[5].id"),
    (lambda d: d["models"][5].update(licence="mine"), "models[5].licence"),
    (lambda d: d["models"][5].update(recommended="Q6_K"), "models[5].recommended"),
    (lambda d: d["models"][5].update(parameters="seven"), "models[5].parameters"),
    (lambda d: d["models"][5].update(sentence=["no"]), "models[5].sentence"),
    (lambda d: d["licences"]["mit"].update(url="javascript:alert(1)"), "licences.mit.url"),
    (lambda d: d.update(models=[]), "models"),
    (lambda d: d.update(version=2), "version"),
    (lambda d: d.update(more=1), "the whole file"),
]


@pytest.mark.parametrize(
    ("change", "place"), DAMAGES, ids=[f"{n}-{place}" for n, (_, place) in enumerate(DAMAGES)]
)
def test_a_catalogue_damaged_by_hand_names_the_place(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], place: str
) -> None:
    assert f" at {place}:" in damaged(tmp_path, changed(change)).title


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"version": NaN}',
        b'{"version": ' + b"9" * 5000 + b"}",
        b" " * 4_000_001,
    ],
    ids=["empty", "no-text", "list", "null", "deep", "nan", "long-number", "long"],
)
def test_what_is_no_catalogue_at_all_is_told_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    assert damaged(tmp_path, content).title.startswith("The list of known models is damaged")


def test_a_catalogue_that_is_gone_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="it cannot be read"):
        load_catalogue(tmp_path / "none.json")
