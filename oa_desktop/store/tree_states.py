"""The derived state of many trees at once, in SQL.

The rule is `conversation.states.derive_state`; a test holds both to the same answers on random trees.
"""

# ruff: noqa: S608 - statements are put together from constants of this package; values are bound

from collections.abc import Sequence

from sqlite_utils import Database

from oa_desktop.conversation.message import TreeId
from oa_desktop.conversation.states import TreeState

_RANKABLE = (
    "role = 'assistant' AND deleted_at IS NULL AND text <> '' AND state <> 'streaming' "
    "AND review_result IS NOT 0"
)

_STATES = f"""
SELECT tree_id, min(EXISTS (
    SELECT 1 FROM ranking r WHERE r.tree_id = p.tree_id AND r.parent_id = p.parent_id)) AS ranked
FROM (
    SELECT tree_id, parent_id FROM message
    WHERE parent_id IS NOT NULL AND {_RANKABLE} {{only}}
    GROUP BY tree_id, parent_id HAVING count(*) >= 2
) p GROUP BY tree_id
"""


def tree_states(database: Database, tree_ids: Sequence[TreeId]) -> dict[TreeId, TreeState]:
    """The state of each of these trees."""
    marks = ",".join("?" * len(tree_ids))
    rows = database.conn.execute(_STATES.format(only=f"AND tree_id IN ({marks})"), list(tree_ids))
    return dict.fromkeys(tree_ids, TreeState.GROWING) | {
        TreeId(tree_id): _state(done) for tree_id, done in rows
    }


def state_counts(database: Database) -> dict[TreeState, int]:
    """How many conversations that are not deleted are in each state; states without any are left out."""
    rows = database.conn.execute(
        f"SELECT s.ranked, count(*) FROM conversation c "
        f"LEFT JOIN ({_STATES.format(only='')}) s USING (tree_id) "
        "WHERE c.deleted_at IS NULL GROUP BY s.ranked"
    )
    return {TreeState.GROWING if ranked is None else _state(ranked): count for ranked, count in rows}


def _state(every_parent_is_ranked: int) -> TreeState:
    return TreeState.READY_FOR_EXPORT if every_parent_is_ranked else TreeState.RANKING
