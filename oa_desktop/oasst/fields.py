"""From one JSON object to one node: every field checked, nothing repaired.

Both forms of the format are read: keys left out or null, and the parallel lists of the Hugging Face tables.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from oa_desktop.oasst.nodes import DETOXIFY_KEYS, Detoxify, JsonValue, LabelAverage, OasstNode, RoleName

JsonObject = dict[str, JsonValue]

MAX_ID_CHARACTERS = 128
MAX_NESTING = 100
"""Of a value inside `events`; deeper ones are nobody's data."""

_INT32 = 2**31


class FieldFault(ValueError):
    """A field holds what the format does not allow."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field[:MAX_ID_CHARACTERS]}: {reason}")
        self.field = field[:MAX_ID_CHARACTERS]
        self.reason = reason


def node_of(obj: JsonObject) -> OasstNode:
    """Raises: FieldFault. `replies` is the caller's."""
    return OasstNode(
        message_id=required_id(obj, "message_id"),
        text=_text(obj),
        role=_role(obj),
        parent_id=optional_id(obj, "parent_id"),
        user_id=optional_text(obj, "user_id"),
        created_date=_date(obj),
        lang=optional_text(obj, "lang"),
        review_count=_integer(obj.get("review_count"), "review_count"),
        review_result=_boolean(obj, "review_result"),
        deleted=_boolean(obj, "deleted"),
        rank=_integer(obj.get("rank"), "rank"),
        synthetic=_boolean(obj, "synthetic"),
        model_name=optional_text(obj, "model_name"),
        emojis=_emojis(obj.get("emojis")),
        labels=_labels(obj.get("labels")),
        events=_events(obj.get("events")),
        detoxify=_detoxify(obj.get("detoxify")),
        message_tree_id=optional_id(obj, "message_tree_id"),
        tree_state=optional_text(obj, "tree_state"),
    )


def required_id(obj: JsonObject, field: str) -> str:
    """An id, once known to be there."""
    value = optional_id(obj, field)
    if value is None:
        raise FieldFault(field, "is missing")
    return value


def optional_id(obj: JsonObject, field: str) -> str | None:
    """An id of 1 to 128 characters that UTF-8 can hold."""
    value = optional_text(obj, field)
    if value is not None and not 1 <= len(value) <= MAX_ID_CHARACTERS:
        raise FieldFault(field, f"must have 1 to {MAX_ID_CHARACTERS} characters, has {len(value)}")
    if value is not None and any(character < " " or "\ud800" <= character <= "\udfff" for character in value):
        raise FieldFault(field, "holds a control character or half a surrogate pair")
    return value


def optional_text(obj: JsonObject, field: str) -> str | None:
    """A string, null, or nothing."""
    value = obj.get(field)
    if value is not None and not isinstance(value, str):
        raise FieldFault(field, f"must be text, is {kind(value)}")
    return value


def kind(value: JsonValue) -> str:
    """What a JSON value is, in words."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"


def _text(obj: JsonObject) -> str:
    value = obj.get("text")
    if not isinstance(value, str):
        raise FieldFault("text", f"must be text, is {kind(value) if 'text' in obj else 'missing'}")
    return value


def _role(obj: JsonObject) -> RoleName:
    value = obj.get("role")
    if value == "prompter":
        return "prompter"
    if value == "assistant":
        return "assistant"
    if not isinstance(value, str):
        raise FieldFault(
            "role", f"must be prompter or assistant, is {kind(value) if 'role' in obj else 'missing'}"
        )
    raise FieldFault("role", f"must be prompter or assistant, is {value[:40]!r}")


def _boolean(obj: JsonObject, field: str) -> bool | None:
    value = obj.get(field)
    if value is not None and not isinstance(value, bool):
        raise FieldFault(field, f"must be true or false, is {kind(value)}")
    return value


def _integer(value: JsonValue, field: str) -> int | None:
    """A 32-bit whole number; 2.0 is one, since tables turn whole numbers into such."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FieldFault(field, f"must be a whole number, is {kind(value)}")
    if value != int(value):
        raise FieldFault(field, f"must be a whole number, is {value}")
    if not -_INT32 <= value < _INT32:
        raise FieldFault(field, "is a number too large")
    return int(value)


def _count(value: JsonValue, field: str) -> int:
    count = _integer(value, field)
    if count is None:
        raise FieldFault(field, "is missing")
    return count


def _number(value: JsonValue, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FieldFault(field, f"must be a number, is {kind(value)}")
    try:
        return float(value)
    except OverflowError as exc:
        raise FieldFault(field, "is a number too large") from exc


def _date(obj: JsonObject) -> datetime | None:
    """An ISO 8601 text or seconds since 1970; one without an offset is taken as UTC."""
    value = obj.get("created_date")
    if value is None:
        return None
    try:
        if isinstance(value, str):
            when = datetime.fromisoformat(value)
            return when if when.tzinfo else when.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as exc:
        raise FieldFault("created_date", f"is not a date: {str(value)[:40]!r}") from exc
    raise FieldFault("created_date", f"must be a date, is {kind(value)}")


def _emojis(value: JsonValue) -> dict[str, int] | None:
    members = _object(value, "emojis")
    if members is None:
        return None
    if _is_table(members):
        names, counts = _columns(members, "emojis", "name", "count")
        return {str(n): _count(count, f"emojis.{n}") for n, count in zip(names, counts, strict=True)}
    return {name: _count(count, f"emojis.{name}") for name, count in members.items()}


def _labels(value: JsonValue) -> dict[str, LabelAverage] | None:
    members = _object(value, "labels")
    if members is None:
        return None
    if _is_table(members):
        table = zip(*_columns(members, "labels", "name", "value", "count"), strict=True)
        return {str(name): _label(str(name), mean, count) for name, mean, count in table}
    averages: dict[str, LabelAverage] = {}
    for name, average in members.items():
        if not isinstance(average, dict):
            raise FieldFault(f"labels.{name}", f"must be an object, is {kind(average)}")
        averages[name] = _label(name, average.get("value"), average.get("count"))
    return averages


def _label(name: str, mean: JsonValue, count: JsonValue) -> LabelAverage:
    value = None if mean is None else _number(mean, f"labels.{name}.value")
    return LabelAverage(value, _count(count, f"labels.{name}.count"))


def _is_table(members: Mapping[str, JsonValue]) -> bool:
    return isinstance(members.get("name"), list) and isinstance(members.get("count"), list)


def _columns(members: JsonObject, field: str, *names: str) -> list[list[JsonValue]]:
    """The named parallel lists, once known to be of one length, with text in the first."""
    columns: list[list[JsonValue]] = []
    for name in names:
        column = members.get(name)
        if not isinstance(column, list):
            raise FieldFault(f"{field}.{name}", f"must be a list, is {kind(column)}")
        columns.append(column)
    if len({len(column) for column in columns}) > 1:
        raise FieldFault(field, f"the lists {', '.join(names)} differ in length")
    if not all(isinstance(name, str) for name in columns[0]):
        raise FieldFault(f"{field}.name", "must hold texts")
    return columns


def _events(value: JsonValue) -> dict[str, list[JsonValue]] | None:
    members = _object(value, "events")
    if members is None:
        return None
    events: dict[str, list[JsonValue]] = {}
    for name, happened in members.items():
        if not isinstance(happened, list):
            raise FieldFault(f"events.{name}", f"must be a list, is {kind(happened)}")
        events[name] = happened
    if _nesting(members) > MAX_NESTING:
        raise FieldFault("events", f"is nested deeper than {MAX_NESTING} levels")
    return events


def _nesting(value: JsonObject) -> int:
    """Levels of containers, counted no further than one past the limit."""
    level = 0
    containers: list[JsonObject | list[JsonValue]] = [value]
    while containers and level <= MAX_NESTING:
        level += 1
        inner: list[JsonObject | list[JsonValue]] = []
        for container in containers:
            members = container.values() if isinstance(container, dict) else container
            inner.extend(member for member in members if isinstance(member, dict | list))
        containers = inner
    return level


def _detoxify(value: JsonValue) -> Detoxify | None:
    members = _object(value, "detoxify")
    if members is None:
        return None
    for name in DETOXIFY_KEYS:
        if name not in members:
            raise FieldFault(f"detoxify.{name}", "is missing")
    return Detoxify(*(_number(members[name], f"detoxify.{name}") for name in DETOXIFY_KEYS))


def _object(value: JsonValue, field: str) -> JsonObject | None:
    if value is not None and not isinstance(value, dict):
        raise FieldFault(field, f"must be an object, is {kind(value)}")
    return value
