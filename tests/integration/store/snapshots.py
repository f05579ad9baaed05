"""A database as SQL text, so that the schema of each released version can be kept and read.

`python -m tests.integration.store.snapshots` writes the newest one; older ones are never touched.
"""

from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from oa_desktop.conversation.conversation import Conversation
from oa_desktop.conversation.feedback import Emoji, LabelSet, Ranking, Reaction
from oa_desktop.conversation.imported import ImportedFields, ImportedLabel
from oa_desktop.conversation.labels import Label
from oa_desktop.conversation.message import Generation, Message, MessageId, MessageState, Role, TreeId
from oa_desktop.store import checks
from oa_desktop.store.driver import sqlite3
from oa_desktop.store.migrations import MIGRATIONS
from oa_desktop.store.store import Store

FIXTURES = Path(__file__).parents[2] / "fixtures" / "store"
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ENDED = (MessageState.COMPLETE, MessageState.STOPPED, MessageState.FAILED, MessageState.INTERRUPTED)
TABLES = ("conversation", "message", "label_set", "label_value", "ranking", "reaction", "imported")


def schema_of(database: Database) -> list[str]:
    """What CREATE statements say, without the tables FTS5 makes for itself."""
    rows = database.conn.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
    own = ("message_text_delete", "message_text_update_old", "message_text_update_new")
    return [
        sql
        for name, sql in rows
        if not name.startswith("sqlite_") and (not name.startswith("message_text_") or name in own)
    ]


def snapshot_of(database: Database) -> str:
    """Schema and rows of a database as a script."""
    version = database.conn.execute("PRAGMA user_version").fetchone()[0]
    lines = [f"PRAGMA application_id = {checks.APPLICATION_ID};", f"PRAGMA user_version = {version};"]
    lines += ["BEGIN;", *(f"{sql};" for sql in schema_of(database))]
    for table in TABLES:
        columns = [row[1] for row in database.conn.execute(f"PRAGMA table_info({table})")]
        quoted = " || ', ' || ".join(f"quote({name})" for name in columns)
        for (values,) in database.conn.execute(f"SELECT {quoted} FROM {table} ORDER BY 1"):
            lines.append(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values});")
    return "\n".join([*lines, "COMMIT;", ""])


def sample() -> Database:
    """A store in which every table and every column is used."""
    database = Database(sqlite3.connect(":memory:", isolation_level=None), execute_plugins=False)
    MIGRATIONS.apply(database)
    database.conn.execute(f"PRAGMA user_version = {len(MIGRATIONS.applied(database))}")
    store = Store(database)
    ids = [MessageId(f"00000000-0000-4000-8000-{n:012}") for n in range(5)]
    tree_id = TreeId(ids[0])
    root = Message(
        ids[0], tree_id, None, Role.PROMPTER, "What is a llama? 李白 🦙", created_at=NOW, lang="en"
    )
    replies = [
        Message(
            message_id,
            tree_id,
            root.id,
            Role.ASSISTANT,
            f"Answer '{n}'.\nSecond line.",
            created_at=NOW,
            lang="en",
            state=state,
            synthetic=True,
            model_name="tour",
            user_id="someone",
            review_count=3,
            review_result=n != 2,
            deleted=n == 3,
            generation=Generation(seed=n, preset="k50", sampling={"top_k": 50}, finish_reason="stop"),
        )
        for n, (message_id, state) in enumerate(zip(ids[1:], ENDED, strict=True))
    ]
    conversation = Conversation(
        tree_id=tree_id,
        title="Llamas",
        title_is_manual=True,
        pinned=True,
        created_at=NOW,
        updated_at=NOW,
        active_leaf=ids[1],
        lang="en",
        origin="sample.jsonl",
        imported_state="growing",
        system_prompt="Be brief.",
        preset="k50",
        draft="And a",
    )
    said = ImportedFields(rank=0, labels={"spam": ImportedLabel(0.0, 3)}, emojis={"+1": 2})
    store.add_tree(conversation, [root, *replies], {ids[1]: said})
    database.conn.execute("UPDATE conversation SET updated_at = ?", [NOW.isoformat()])
    store.feedback.add_label_set(LabelSet(ids[1], "local", NOW, {Label.SPAM: 0.0, Label.QUALITY: 0.75}))
    store.feedback.add_ranking(Ranking(root.id, "local", NOW, ((ids[2],), (ids[1], ids[4]))))
    store.feedback.add_reaction(Reaction(ids[1], "local", NOW, Emoji.CLAP))
    return database


def main() -> None:
    """Write the snapshot of the newest schema."""
    database = sample()
    FIXTURES.mkdir(parents=True, exist_ok=True)
    version = len(MIGRATIONS.applied(database))
    (FIXTURES / f"v{version}.sql").write_text(snapshot_of(database), encoding="utf-8")


if __name__ == "__main__":
    main()
