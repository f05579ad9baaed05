"""Rows to domain values and back. Not for callers: outside this package there are domain values only."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from oa_desktop.conversation.conversation import Conversation
from oa_desktop.conversation.message import (
    Generation,
    Message,
    MessageId,
    MessageState,
    Role,
    TreeId,
)
from oa_desktop.store.text import clean

Row = tuple[Any, ...]

MESSAGE_COLUMNS = (
    "id, tree_id, parent_id, role, text, seq, created_at, lang, state, synthetic, model_name, user_id, "
    "review_count, review_result, deleted_at, generation"
)
CONVERSATION_COLUMNS = (
    "tree_id, title, title_is_manual, pinned, archived, deleted_at, created_at, updated_at, active_leaf, "
    "lang, origin, imported_state, system_prompt, preset, draft, family"
)

_ROLES = {role.value: role for role in Role}
_STATES = {state.value: state for state in MessageState}
_GENERATION_FIELDS = {field.name: None for field in fields(Generation)}


def stamp(when: datetime) -> str:
    """ISO 8601 with an offset; a time without one is taken as UTC."""
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).isoformat()


def now() -> str:
    """The clock, as stored. Nothing is ordered by it."""
    return stamp(datetime.now(UTC))


def to_json(value: Any) -> str:
    """Compact JSON that SQLite can hold."""
    return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":"))).text


def optional_clean(text: str | None) -> str | None:
    """`clean` for a column that may be empty."""
    return None if text is None else clean(text).text


def generation_of(stored: str | None) -> Generation | None:
    """Raises ValueError on JSON that is not ours. Fields this version does not know are left out."""
    if stored is None:
        return None
    value = json.loads(stored)
    if not isinstance(value, dict):
        raise ValueError("generation is not an object")
    return Generation(**{name: value[name] for name in value.keys() & _GENERATION_FIELDS.keys()})


def generation_json(generation: Generation | None) -> str | None:
    """The JSON a generation is stored as."""
    if generation is None:
        return None
    return to_json({name: getattr(generation, name) for name in _GENERATION_FIELDS})


def message_of(row: Row) -> Message:
    """A row of MESSAGE_COLUMNS. Raises ValueError or KeyError on a damaged row."""
    return Message(
        row[0],
        row[1],
        row[2],
        _ROLES[row[3]],
        row[4],
        row[5],
        datetime.fromisoformat(row[6]),
        row[7],
        _STATES[row[8]],
        bool(row[9]),
        row[10],
        row[11],
        row[12],
        None if row[13] is None else bool(row[13]),
        row[14] is not None,
        generation_of(row[15]),
    )


def message_row(message: Message) -> dict[str, Any]:
    """What INSERT binds; the store gives `seq` itself."""
    deleted_at = stamp(message.created_at) if message.deleted else None
    return {
        "id": message.id,
        "tree_id": message.tree_id,
        "parent_id": message.parent_id,
        "role": message.role.value,
        "state": message.state.value,
        "created_at": stamp(message.created_at),
        "lang": optional_clean(message.lang),
        "synthetic": int(message.synthetic),
        "model_name": optional_clean(message.model_name),
        "user_id": optional_clean(message.user_id),
        "review_count": message.review_count,
        "review_result": None if message.review_result is None else int(message.review_result),
        "deleted_at": deleted_at,
        "deleted_with": message.id if message.deleted else None,
        "generation": generation_json(message.generation),
        "text": clean(message.text).text,
    }


def conversation_of(row: Row) -> Conversation:
    """A row of CONVERSATION_COLUMNS; a time that cannot be read becomes 1970 rather than hiding the row."""
    return Conversation(
        tree_id=TreeId(row[0]),
        title=row[1],
        title_is_manual=bool(row[2]),
        pinned=bool(row[3]),
        archived=bool(row[4]),
        deleted=row[5] is not None,
        created_at=_lenient_time(row[6]),
        updated_at=_lenient_time(row[7]),
        active_leaf=None if row[8] is None else MessageId(row[8]),
        lang=row[9],
        origin=row[10],
        imported_state=row[11],
        system_prompt=row[12],
        preset=row[13],
        draft=row[14],
        family=TreeId(row[15]),
    )


def conversation_row(conversation: Conversation) -> dict[str, Any]:
    """What INSERT binds."""
    return {
        "tree_id": conversation.tree_id,
        "family": conversation.family or conversation.tree_id,
        "title": clean(conversation.title).text,
        "title_is_manual": int(conversation.title_is_manual),
        "pinned": int(conversation.pinned),
        "archived": int(conversation.archived),
        "deleted_at": stamp(conversation.updated_at) if conversation.deleted else None,
        "created_at": stamp(conversation.created_at),
        "updated_at": stamp(conversation.updated_at),
        "active_leaf": conversation.active_leaf,
        "lang": optional_clean(conversation.lang),
        "origin": optional_clean(conversation.origin),
        "imported_state": optional_clean(conversation.imported_state),
        "system_prompt": clean(conversation.system_prompt).text,
        "preset": optional_clean(conversation.preset),
        "draft": clean(conversation.draft).text,
    }


def _lenient_time(stored: str) -> datetime:
    try:
        return datetime.fromisoformat(stored)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
