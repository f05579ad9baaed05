"""The list of models as rows of JSON and back. What a newer version wrote there is kept and written again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oa_desktop.errors import UsageError
from oa_desktop.services.library.model_file import Origin
from oa_desktop.services.library.model_settings import NO_SETTINGS, ModelSettings
from oa_desktop.services.library.model_source import HubSource, is_sha256

Row = Mapping[str, Any]
_PRINTS = ("seen", "damaged")


@dataclass(frozen=True, slots=True)
class ImportedModel:
    """A model on the list. copied: the file is ours, else `path` is where the user keeps it.

    downloaded: by this app, so that it is ours as well.
    """

    id: str
    path: Path
    copied: bool
    downloaded: bool = False
    source: HubSource | None = None
    unknown: Row = field(default_factory=dict)

    @property
    def origin(self) -> Origin:
        """What removing it means."""
        if self.downloaded:
            return Origin.DOWNLOADED
        return Origin.IMPORTED if self.copied else Origin.LINKED


@dataclass(frozen=True, slots=True)
class ModelNotes:
    """What is kept about any model, by its ref. sha256: of its parts when their fingerprint was `seen`.

    damaged: the fingerprint of files that were found to be damaged.
    """

    settings: ModelSettings = NO_SETTINGS
    sha256: tuple[str, ...] = ()
    seen: str = ""
    damaged: str = ""
    unknown: Row = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a removed model: where it lay, and what tells it from another that lies there now."""

    path: Path
    size_bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class RemovedModel:
    """A removal that can be undone. model: its row in the list, None for one that just lay in the folder."""

    id: str
    ref: str
    files: tuple[KeptFile, ...]
    model: ImportedModel | None
    notes: ModelNotes | None
    unknown: Row = field(default_factory=dict)


def model_of(row: Any) -> ImportedModel:
    """Raises ValueError, TypeError or KeyError for a row that cannot be one."""
    rest = dict(row)
    model_id, path = _text(rest.pop("id")), Path(_text(rest.pop("path")))
    copied, downloaded = rest.pop("copied") is True, rest.pop("downloaded", False) is True
    source = _source(rest.get("source"))
    if source is not None:
        del rest["source"]
    return ImportedModel(model_id, path, copied or downloaded, downloaded, source, rest)


def row_of(model: ImportedModel) -> dict[str, Any]:
    """The row that `model_of` reads. `copied` also says to an older version that the file is ours."""
    row: dict[str, Any] = {"id": model.id, "path": str(model.path), "copied": model.copied}
    if model.downloaded:
        row["downloaded"] = True
    if model.source is not None:
        source = model.source
        row["source"] = {
            "repo": source.repo,
            "commit": source.commit,
            "paths": list(source.paths),
            "sha256": list(source.sha256),
            "title": source.title,
        }
    return {**model.unknown, **row}


def notes_of(row: Any) -> ModelNotes:
    """Never raises for the content of a mapping; what cannot be understood is kept as unknown."""
    rest = dict(row)
    settings, unknown_settings = NO_SETTINGS, {}
    given = rest.pop("settings", {})
    for name, value in given.items() if isinstance(given, dict) else ():
        try:
            settings = settings.changed(**{str(name): value})
        except UsageError:
            unknown_settings[name] = value
    sha256 = _hashes(rest.get("sha256"))
    if sha256:
        del rest["sha256"]
    seen, damaged = (value if isinstance(value := rest.pop(name, ""), str) else "" for name in _PRINTS)
    if unknown_settings:
        rest["settings"] = unknown_settings
    return ModelNotes(settings, sha256, seen, damaged, rest)


def row_of_notes(notes: ModelNotes) -> dict[str, Any]:
    """The row that `notes_of` reads; empty when there is nothing to keep."""
    row = dict(notes.unknown)
    if settings := {**row.pop("settings", {}), **notes.settings.values}:
        row["settings"] = settings
    if notes.sha256:
        row["sha256"] = list(notes.sha256)
    return {**row, **{name: value for name in _PRINTS if (value := getattr(notes, name))}}


def removed_of(row: Any) -> RemovedModel:
    """Raises as `model_of`."""
    rest = dict(row)
    files = tuple(
        KeptFile(Path(_text(file["path"])), int(file["size"]), int(file["modified_ns"]))
        for file in rest.pop("files")
    )
    model, notes = rest.pop("model", None), rest.pop("notes", None)
    removal_id = _text(rest.pop("id"))
    if not removal_id.isalnum():
        raise ValueError("not the id of a removal")
    return RemovedModel(
        removal_id,
        _text(rest.pop("ref")),
        files,
        None if model is None else model_of(model),
        None if notes is None else notes_of(notes),
        rest,
    )


def row_of_removed(removed: RemovedModel) -> dict[str, Any]:
    """The row that `removed_of` reads."""
    row: dict[str, Any] = {
        "id": removed.id,
        "ref": removed.ref,
        "files": [
            {"path": str(file.path), "size": file.size_bytes, "modified_ns": file.modified_ns}
            for file in removed.files
        ],
    }
    if removed.model is not None:
        row["model"] = row_of(removed.model)
    if removed.notes is not None:
        row["notes"] = row_of_notes(removed.notes)
    return {**removed.unknown, **row}


def _source(row: Any) -> HubSource | None:
    try:
        paths, sha256 = tuple(map(_text, row["paths"])), _hashes(row["sha256"])
        if not paths or len(paths) != len(sha256):
            return None
        return HubSource(_text(row["repo"]), _text(row["commit"]), paths, sha256, _text(row.get("title", "")))
    except (TypeError, KeyError, AttributeError):
        return None


def _hashes(value: Any) -> tuple[str, ...]:
    """All of them, or none."""
    if not isinstance(value, list) or not all(isinstance(text, str) and is_sha256(text) for text in value):
        return ()
    return tuple(value)


def _text(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise TypeError("not a text")
    return value
