"""Read the catalogue's JSON against its schema. What is wrong with it is said once, with the place."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from oa_desktop.gguf.errors import printable
from oa_desktop.hub.errors import HubError

_MOST_BYTES = 4_000_000


def read_catalogue(path: Path, schema_path: Path) -> dict[str, Any]:
    """The document, of the form the schema promises, with names that refer to something.

    Raises: HubError `catalogue-damaged`.
    """
    document = _parsed(path)
    problem = _schema_problem(document, _parsed(schema_path)) or next(_loose_ends(document), None)
    if problem is not None:
        raise _damaged(path, *problem)
    return dict(document)


def _parsed(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as exc:
        raise _damaged(path, "", f"it cannot be read ({exc.strerror or type(exc).__name__})") from exc
    if len(content) > _MOST_BYTES:
        raise _damaged(path, "", "it is much too long")
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_refuse)
    except json.JSONDecodeError as exc:
        place = f"line {exc.lineno}, column {exc.colno}"
        raise _damaged(path, place, "this is not JSON") from exc
    except UnicodeDecodeError as exc:
        raise _damaged(path, f"byte {exc.start}", "this is not text") from exc
    except (ValueError, RecursionError) as exc:
        raise _damaged(path, "", "it holds numbers or lists that no catalogue has") from exc


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _schema_problem(document: Any, schema: Any) -> tuple[str, str] | None:
    import jsonschema
    from jsonschema.exceptions import best_match

    error = best_match(jsonschema.Draft202012Validator(schema).iter_errors(document))
    return None if error is None else (_place(error.absolute_path), error.message)


def _place(path: Any) -> str:
    """`models[3].files[0].sha256`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.lstrip(".") or "the whole file"


def _loose_ends(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What a schema cannot say, as place and problem."""
    seen: set[str] = set()
    for number, model in enumerate(document["models"]):
        place = f"models[{number}]"
        names = [file["quantisation"] for file in model["files"]]
        pattern = model["file_pattern"]
        if model["id"] in seen:
            yield f"{place}.id", f"{model['id']} is there twice"
        seen.add(model["id"])
        if model["licence"] not in document["licences"]:
            yield f"{place}.licence", f"{model['licence']} is not among the licences"
        if model["recommended"] not in names:
            yield f"{place}.recommended", f"{model['recommended']} is not among the files"
        if len(set(names)) < len(names):
            yield f"{place}.files", "a quantisation is there twice"
        if "{" in pattern.replace("{quantisation}", "") or "}" in pattern.replace("{quantisation}", ""):
            yield f"{place}.file_pattern", "only {quantisation} can be filled in"
        if len(names) > 1 and "{quantisation}" not in pattern:
            yield f"{place}.file_pattern", "several files would have one name"
        for index, file in enumerate(model["files"]):
            pinned = file.get("commit", "")
            if not model.get("commit", pinned).startswith(pinned):
                yield f"{place}.files[{index}].commit", "another commit would be fetched"


def _damaged(path: Path, place: str, problem: str) -> HubError:
    where = f" at {printable(place, 80)}" if place else ""
    return HubError(
        "catalogue-damaged",
        f"The list of known models is damaged{where}: {printable(problem, 160).rstrip('.')}.",
        detail=printable(str(path), 300),
        hint="Search the hub instead, or install the app again; everything else works.",
    )
