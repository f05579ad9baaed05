"""What the published reader of oasst files accepts, as models written after its documented schema.

The published models say `X | None` without a default. Pydantic 1 reads that as optional, pydantic 2 as
required: only a file that spells out every null passes both, and these models are the stricter reading. They
know nothing of this app, so a file that passes here is a file others can load.
"""

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, TypeAdapter


class LabelAvgValue(BaseModel):
    value: float | None
    count: int


class Event(BaseModel):
    type: str
    user_id: str | None


class DetoxifyRating(BaseModel):
    toxicity: float
    severe_toxicity: float
    obscene: float
    identity_attack: float
    insult: float
    threat: float
    sexual_explicit: float


class MessageNode(BaseModel):
    message_id: str
    parent_id: str | None
    user_id: str | None
    created_date: datetime | None
    text: str
    role: str
    lang: str | None
    review_count: int | None
    review_result: bool | None
    deleted: bool | None
    rank: int | None
    synthetic: bool | None
    model_name: str | None
    emojis: dict[str, int] | None
    replies: list["MessageNode"] | None
    labels: dict[str, LabelAvgValue] | None
    events: dict[str, list[Event]] | None
    detoxify: DetoxifyRating | None
    message_tree_id: str | None
    tree_state: str | None


class MessageTree(BaseModel):
    message_tree_id: str
    tree_state: str | None
    prompt: MessageNode | None
    origin: str | None


def read(path: Path) -> list[MessageTree | MessageNode]:
    """One object a line, told apart as the published reader does it: by `message_id`, tried first.

    Raises: ValueError on a blank line, a byte order mark, or an object that is neither.
    """
    tree, node = TypeAdapter(MessageTree), TypeAdapter(MessageNode)
    objects: list[MessageTree | MessageNode] = []
    for line in path.read_bytes().decode("utf-8").removesuffix("\n").split("\n"):
        if '"message_id"' in line.split(":", 1)[0]:
            objects.append(node.validate_json(line))
        else:
            read_tree = tree.validate_json(line)
            if read_tree.prompt is not None and read_tree.message_tree_id != read_tree.prompt.message_id:
                raise ValueError(f"tree {read_tree.message_tree_id} is not named by its prompt")
            objects.append(read_tree)
    return objects
