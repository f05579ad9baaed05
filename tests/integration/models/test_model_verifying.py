"""Reading a model to its last byte: as published, as it was, damaged; and a damaged one downloaded again."""

import hashlib
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from oa_desktop.errors import ModelError
from oa_desktop.gguf import ModelDamaged, ModelIncomplete
from oa_desktop.hub.api import Hub
from oa_desktop.hub.download.progress import Control
from oa_desktop.hub.download.tuning import Tuning
from oa_desktop.services.downloads.downloader import ModelDownloader, Received
from oa_desktop.services.downloads.jobs import DownloadJob
from oa_desktop.services.library.model_file import ModelFile, Origin
from oa_desktop.services.library.model_verifying import VerifyCancelled
from oa_desktop.services.library.models import TOUR_REF, ModelLibrary
from tests.hub_server import HubServer
from tests.integration.models.shelves import Shelf, model_bytes, put, shelf_at, source_of

QUICK = Tuning(attempts=2, first_wait_s=0.01, note_s=0.02, spare_bytes=0, reserve_bytes=0, most_lanes=1)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return shelf_at(tmp_path)


@pytest.fixture
def library(shelf: Shelf) -> ModelLibrary:
    return shelf.library()


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def downloaded(shelf: Shelf, content: bytes) -> ModelFile:
    file = put(shelf.paths.models / "tiny.gguf", content)
    return shelf.library().add_downloaded((file,), source_of(hash_of(content)))


def damage(path: Path) -> None:
    """One flipped bit in the last byte, which no header check sees, and a time that does not tell."""
    status, content = path.stat(), bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_download_is_as_the_hub_published_it(shelf: Shelf, library: ModelLibrary) -> None:
    model = downloaded(shelf, model_bytes())
    told: list[tuple[int, int]] = []
    found = library.verify(model.ref, lambda done, total: told.append((done, total)))
    assert (found.ok, found.published, found.sha256) == (True, True, (hash_of(model_bytes()),))
    assert told[-1] == (model.size_bytes, model.size_bytes)


def test_one_flipped_bit_is_found_told_and_keeps_the_model_from_being_used(
    shelf: Shelf, library: ModelLibrary
) -> None:
    model = downloaded(shelf, model_bytes())
    damage(model.path)
    assert library.resolve(model.ref)
    found = library.verify(model.ref)
    assert not found.ok
    assert found.sentence == "The file is damaged: it is not as the hub published it. Download it again."
    assert found.repair == model.source
    with pytest.raises(ModelDamaged, match="is not what was published"):
        shelf.library().resolve(model.ref)
    assert library.show(model.ref).problem is not None
    assert library.with_hashes(found.sha256) is library.with_hashes(model.source.sha256) is None  # type: ignore[union-attr]
    put(model.path, model_bytes())
    assert library.verify(model.ref).ok
    assert library.resolve(model.ref).source == model.source


def test_the_damaged_part_of_a_set_is_named(shelf: Shelf, library: ModelLibrary) -> None:
    contents = [model_bytes("Big", part, 3) for part in (1, 2, 3)]
    source = source_of(*map(hash_of, contents), name="big.gguf")
    files = [put(shelf.paths.models / name, data) for name, data in zip(source.paths, contents, strict=True)]
    model = library.add_downloaded(tuple(files), source)
    assert library.verify(model.ref).ok
    damage(files[1])
    assert library.verify(model.ref).sentence.startswith("Part 2 of 3 is damaged: it is not as")
    damage(files[2])
    assert library.verify(model.ref).sentence.startswith("Parts 2, 3 of 3 are damaged: each is not as")
    files[1].unlink()
    assert library.verify(model.ref).sentence == "Only 2 of 3 parts are here. Download the model again."
    assert library.show(model.ref).problem is not None


def test_an_import_is_compared_with_what_it_was(library: ModelLibrary, tmp_path: Path) -> None:
    linked = library.import_model(put(tmp_path / "l.gguf", model_bytes()))
    first = library.verify(linked.ref)
    assert first.ok
    assert first.sentence.startswith("No checksum is known for this file; its checksum is noted")
    assert library.verify(linked.ref).sentence == "Nothing has changed since its checksum was noted here."
    put(linked.path, model_bytes("Another"))
    os.utime(linked.path, (1, 1))
    assert library.verify(linked.ref).sentence.startswith("It is another file than the last time")
    damage(linked.path)
    found = library.verify(linked.ref)
    assert (found.ok, found.repair) == (False, None)
    assert library.show(linked.ref).source is None
    with pytest.raises(ModelDamaged, match="is not what it was"):
        library.resolve(linked.ref)


def test_a_copy_has_its_checksum_noted_while_it_is_made(library: ModelLibrary, tmp_path: Path) -> None:
    model = library.import_model(put(tmp_path / "c.gguf", model_bytes()), copy=True)
    damage(model.path)
    os.utime(model.path, (1, 1))
    assert not library.verify(model.ref).ok


def test_a_model_without_a_checksum_that_cannot_be_used_is_not_called_good(
    library: ModelLibrary, tmp_path: Path
) -> None:
    path = put(tmp_path / "l.gguf", model_bytes())
    model = library.import_model(path)
    path.write_bytes(model_bytes()[:-500])
    found = library.verify(model.ref)
    assert not found.ok
    assert "is incomplete" in found.sentence
    path.unlink()
    with pytest.raises(ModelError, match="There is no model file"):
        library.verify(model.ref)


def test_verifying_can_be_cancelled_and_changes_nothing(shelf: Shelf, library: ModelLibrary) -> None:
    model = downloaded(shelf, model_bytes())
    listed, files = (shelf.paths.models / "models.json").read_bytes(), shelf.files()
    with pytest.raises(VerifyCancelled):
        library.verify(model.ref, cancelled=lambda: True)
    assert (shelf.paths.models / "models.json").read_bytes() == listed
    assert shelf.files() == files


def test_the_tour_model_and_bare_paths_can_be_verified(library: ModelLibrary, tmp_path: Path) -> None:
    assert library.verify(TOUR_REF).ok
    path = put(tmp_path / "bare.gguf", model_bytes())
    assert library.verify(str(path)).sha256 == (hash_of(model_bytes()),)


def test_the_same_bytes_downloaded_again_are_one_model(shelf: Shelf, library: ModelLibrary) -> None:
    model = downloaded(shelf, model_bytes())
    second = put(shelf.paths.models / "again.gguf", model_bytes())
    assert (
        library.add_downloaded((second,), replace(source_of(hash_of(model_bytes())), repo="you/Other"))
        == model
    )
    assert list(shelf.files()) == ["tiny.gguf"]


def test_a_damaged_model_keeps_its_name_and_settings_when_a_good_file_comes(
    shelf: Shelf, library: ModelLibrary
) -> None:
    model = downloaded(shelf, model_bytes())
    library.configure(model.ref, preset="greedy")
    damage(model.path)
    library.verify(model.ref)
    new = put(shelf.paths.models / "new.gguf", model_bytes())
    repaired = library.add_downloaded((new,), source_of(hash_of(model_bytes())))
    assert (repaired.ref, repaired.settings.preset, repaired.problem) == (model.ref, "greedy", None)
    assert list(shelf.files()) == ["new.gguf"]


def test_a_download_takes_the_place_of_a_linked_file_that_is_gone(
    shelf: Shelf, library: ModelLibrary, tmp_path: Path
) -> None:
    elsewhere = put(tmp_path / "lmstudio" / "t.gguf", model_bytes())
    source = source_of(hash_of(model_bytes()))
    linked = library.link(elsewhere, source)
    elsewhere.unlink()
    assert library.show(linked.ref).problem is not None
    new = put(shelf.paths.models / "t.gguf", model_bytes())
    again = library.add_downloaded((new,), source)
    assert (again.ref, again.origin, len(library.list_models())) == (linked.ref, Origin.DOWNLOADED, 2)


class Repairing:
    """A model downloaded from the local hub, which can be damaged and downloaded again."""

    def __init__(self, shelf: Shelf, hub_server: HubServer) -> None:
        self.content = model_bytes()
        hub_server.add_repo("me/Tiny-GGUF", {"q4/tiny.gguf": self.content})
        self.library = shelf.library()
        self._downloader = ModelDownloader(Hub(hub_server.endpoint), self.library, shelf.paths.models, QUICK)
        self.model = self._download(DownloadJob("me/Tiny-GGUF", ("q4/tiny.gguf",))).model
        self.library.configure(self.model.ref, context_tokens=512)

    def _download(self, job: DownloadJob) -> Received:
        return self._downloader.download(job, Control(threading.Event(), lambda: 0, lambda _: None))

    def repair(self) -> None:
        broken = self.library.show(self.model.ref)
        assert broken.problem is not None
        source = broken.source
        assert source is not None
        received = self._download(DownloadJob(source.repo, source.paths, source.commit))
        assert not received.was_there
        assert (received.model.ref, received.model.settings.context_tokens) == (self.model.ref, 512)
        assert received.model.path.read_bytes() == self.content


@pytest.fixture
def repairing(shelf: Shelf, hub_server: HubServer, monkeypatch: pytest.MonkeyPatch) -> Repairing:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return Repairing(shelf, hub_server)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_e05_a_truncated_download_is_told_and_repaired_from_where_it_came(
    share: float, repairing: Repairing, shelf: Shelf
) -> None:
    path = repairing.model.path
    path.write_bytes(repairing.content[: int(len(repairing.content) * share)])
    assert isinstance(repairing.library.show(repairing.model.ref).problem, ModelIncomplete)
    repairing.repair()
    assert [name for name in shelf.files() if name.endswith(".gguf")] == [path.name]


def test_e05_a_download_with_one_flipped_bit_is_repaired(repairing: Repairing, shelf: Shelf) -> None:
    damage(repairing.model.path)
    assert not repairing.library.verify(repairing.model.ref).ok
    repairing.repair()
    assert [name for name in shelf.files() if name.endswith(".gguf")] == [repairing.model.path.name]
    assert repairing.library.verify(repairing.model.ref).ok
