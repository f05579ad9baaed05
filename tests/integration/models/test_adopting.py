"""Model files of other programs: found by hash or by name and size, linked after reading every byte."""

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from oa_desktop.errors import ModelError
from oa_desktop.hub.adoption import model_places
from oa_desktop.paths import HOME_VARIABLE, app_paths, tour_model
from oa_desktop.services.library import adopting
from oa_desktop.services.library.adopting import FoundCopy, adopt, adopt_any, find_copies
from oa_desktop.services.library.model_file import Origin
from oa_desktop.services.library.model_source import HubSource
from oa_desktop.services.library.model_verifying import VerifyCancelled
from oa_desktop.services.library.models import ModelLibrary
from oa_desktop.services.loading import load_model
from oa_desktop.settings import Settings
from tests.unit.gguf.ggufs import U32, Gguf, pair

NAME = "tiny.Q4_K_M.gguf"
BYTES = Gguf().build()
SHA256 = hashlib.sha256(BYTES).hexdigest()
SOURCE = HubSource("me/Tiny-GGUF", "c" * 40, (f"q4/{NAME}",), (SHA256,), "Tiny")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "ho me"
    home.mkdir()
    return home


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    paths = app_paths({HOME_VARIABLE: str(tmp_path / "app")})
    paths.create()
    return ModelLibrary(paths, Gguf().write(tmp_path / "tour.gguf"))


def put(path: Path, content: bytes = BYTES) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def in_hub_cache(hub: Path, content: bytes = BYTES, sha256: str = SHA256) -> Path:
    """As huggingface_hub lays it out: the bytes by hash, and a link to them by name."""
    repository = hub / "models--me--Tiny-GGUF"
    blob = put(repository / "blobs" / sha256, content)
    named = repository / "snapshots" / ("c" * 40) / "q4" / NAME
    named.parent.mkdir(parents=True)
    named.symlink_to(os.path.relpath(blob, named.parent))
    return named


def found(
    home: Path,
    environment: dict[str, str] | None = None,
    sha256: str | None = SHA256,
    size: int | None = len(BYTES),
) -> tuple[FoundCopy, ...]:
    return find_copies(sha256, SOURCE.path, size, model_places(environment or {}, home))


PLACES: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "hub cache": ("Hugging Face", lambda home: in_hub_cache(home / ".cache/huggingface/hub")),
    "LM Studio": ("LM Studio", lambda home: put(home / f".lmstudio/models/me/Tiny-GGUF/{NAME}")),
    "older LM Studio": ("LM Studio", lambda home: put(home / f".cache/lm-studio/models/me/T/{NAME}")),
    "Ollama": ("Ollama", lambda home: put(home / f".ollama/models/blobs/sha256-{SHA256}")),
    "GPT4All": ("GPT4All", lambda home: put(home / f".local/share/nomic.ai/GPT4All/{NAME}")),
    "Jan": ("Jan", lambda home: put(home / ".config/Jan/data/llamacpp/models/me/tiny/model.gguf")),
    "llama.cpp": ("llama.cpp", lambda home: put(home / f".cache/llama.cpp/me_Tiny-GGUF_{NAME}")),
}


@pytest.mark.skipif(sys.platform != "linux", reason="these are the folders of Linux")
@pytest.mark.parametrize("place", PLACES)
def test_a_file_of_another_program_is_found_and_linked(place: str, home: Path, library: ModelLibrary) -> None:
    app, put_there = PLACES[place]
    path = put_there(home)
    (copy,) = found(home)
    assert (copy.app, copy.path, copy.size_bytes) == (app, path, len(BYTES))
    model = adopt(library, copy, SOURCE)
    assert (model.origin, model.source, model.path) == (Origin.LINKED, SOURCE, path)
    assert model.ref == "tiny.q4_k_m"
    library.purge(library.remove(model.ref))
    assert path.read_bytes() == BYTES


@pytest.mark.skipif(sys.platform != "linux", reason="these are the folders of Linux")
@pytest.mark.parametrize(
    ("variable", "value", "file"),
    [
        ("HF_HOME", "hf", f"hf/hub/models--a--b/blobs/{SHA256}"),
        ("HF_HUB_CACHE", "hub", f"hub/models--a--b/blobs/{SHA256}"),
        ("OLLAMA_MODELS", "o", f"o/blobs/sha256-{SHA256}"),
        ("LLAMA_CACHE", "l", f"l/{NAME}"),
        ("XDG_DATA_HOME", "x", f"x/nomic.ai/GPT4All/{NAME}"),
    ],
)
def test_folders_that_the_environment_names_are_looked_in(
    variable: str, value: str, file: str, home: Path, tmp_path: Path
) -> None:
    path = put(tmp_path / "else where" / file)
    (copy,) = found(home, {variable: str(tmp_path / "else where" / value)})
    assert copy.path == path


@pytest.mark.parametrize("value", ["~nobody-here/models", "/" + "x" * 300])
def test_a_folder_that_cannot_be_looked_into_hides_no_other(value: str, home: Path) -> None:
    path = put(home / f".lmstudio/models/me/{NAME}")
    assert [copy.path for copy in found(home, {"OLLAMA_MODELS": value, "HF_HUB_CACHE": value})] == [path]


def test_for_somebody_without_a_home_only_named_folders_are_looked_in(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    (home / "blobs").mkdir()
    assert home / "blobs" in [place.folder for place in model_places({"OLLAMA_MODELS": str(home)})]


def test_a_file_of_the_name_with_another_size_or_hash_is_not_taken(home: Path, library: ModelLibrary) -> None:
    put(home / f".lmstudio/models/a/{NAME}", BYTES + b"more")
    assert found(home) == ()
    same_size = bytes(BYTES[:-1]) + bytes([BYTES[-1] ^ 1])
    put(home / f".lmstudio/models/b/{NAME}", same_size)
    (copy,) = found(home)
    with pytest.raises(ModelError, match="is not the file that was published"):
        adopt(library, copy, SOURCE)
    assert [model.ref for model in library.list_models()] == ["tour"]


def test_a_half_download_of_another_program_is_not_adopted(home: Path, library: ModelLibrary) -> None:
    path = put(home / f".lmstudio/models/a/{NAME}", BYTES[: len(BYTES) // 2])
    assert found(home, size=None)
    with pytest.raises(ModelError, match="is incomplete"):
        adopt(library, FoundCopy(path, "LM Studio", 1), SOURCE)
    assert len(library.list_models()) == 1


def test_the_next_copy_is_taken_when_the_first_is_damaged(
    home: Path, library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(home / f".lmstudio/models/a/{NAME}", BYTES[:-1] + b"x")
    good = put(home / f".lmstudio/models/b/{NAME}")
    monkeypatch.setattr(adopting, "model_places", lambda: model_places({}, home))
    adopted = adopt_any(library, SOURCE, len(BYTES))
    assert adopted is not None
    assert adopted.path == good
    good.unlink()
    assert adopt_any(library, SOURCE, len(BYTES)) is None


def test_adopting_can_be_cancelled(home: Path, library: ModelLibrary) -> None:
    copy = FoundCopy(put(home / NAME), "LM Studio", len(BYTES))
    with pytest.raises(VerifyCancelled):
        adopt(library, copy, SOURCE, cancelled=lambda: True)
    assert len(library.list_models()) == 1


def test_adopting_twice_gives_the_same_model(home: Path, library: ModelLibrary) -> None:
    copy = FoundCopy(put(home / NAME), "LM Studio", len(BYTES))
    assert adopt(library, copy, SOURCE) == adopt(library, copy, SOURCE) == library.with_hashes([SHA256])
    assert len(library.list_models()) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes")
def test_d16_links_out_of_a_place_and_pipes_are_not_followed(home: Path, tmp_path: Path) -> None:
    secret = put(tmp_path / "secret" / NAME)
    models = home / ".lmstudio/models"
    models.mkdir(parents=True)
    (models / NAME).symlink_to(secret)
    (models / "folder").symlink_to(secret.parent, target_is_directory=True)
    (models / "loop").symlink_to(models, target_is_directory=True)
    os.mkfifo(models / f"pipe_{NAME}")
    (home / ".ollama/models/blobs").mkdir(parents=True)
    (home / f".ollama/models/blobs/sha256-{SHA256}").symlink_to(secret)
    assert found(home) == ()
    assert found(home, size=None) == ()


def test_a_split_set_is_adopted_whole_or_not_at_all(home: Path, library: ModelLibrary) -> None:
    folder = home / "set"
    hashes = []
    for number in (1, 2):
        extra = [pair("split.count", U32, 2), pair("split.no", U32, number - 1)]
        content = Gguf(extra=extra).build()
        put(folder / f"big-{number:05}-of-00002.gguf", content)
        hashes.append(hashlib.sha256(content).hexdigest())
    names = ("big-00001-of-00002.gguf", "big-00002-of-00002.gguf")
    copy = FoundCopy(folder / names[0], "LM Studio", 1)
    source = HubSource("me/Big", "c" * 40, names, tuple(hashes))
    with pytest.raises(ModelError, match="is not the file"):
        adopt(library, copy, HubSource("me/Big", "c" * 40, names, (hashes[0], "0" * 64)))
    model = adopt(library, copy, source)
    assert [part.name for part in model.parts] == list(names)


@pytest.mark.model
@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege here")
async def test_an_adopted_file_is_opened_through_the_links_of_the_hub_cache(
    home: Path, tmp_path: Path, library: ModelLibrary
) -> None:
    content = tour_model().read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    path = in_hub_cache(home / "hub", content, sha256)
    (copy,) = find_copies(sha256, NAME, None, model_places({"HF_HUB_CACHE": str(home / "hub")}, home))
    model = adopt(library, copy, HubSource("me/Tiny-GGUF", "c" * 40, (NAME,), (sha256,)))
    assert model.path == path
    loaded = await load_model(library, model.ref, Settings(threads=1))
    await loaded.process.stop()
    assert not library.show(model.ref).crashed
