"""Copy what can be read of a damaged database into a new one, row by row around the damage."""

# ruff: noqa: S608 - statements are put together from constants of this package; values are bound

from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from oa_desktop.store import checks
from oa_desktop.store.connection import connect, transaction
from oa_desktop.store.driver import UNREADABLE, sqlite3
from oa_desktop.store.errors import StoreDamaged
from oa_desktop.store.migrations import MIGRATIONS
from oa_desktop.store.records import Row, now
from oa_desktop.store.search import rebuild_index

_WITHOUT_ROWID = {
    "meta": ("key",),
    "label_value": ("label_set", "label"),
    "imported": ("tree_id", "message_id"),
}
_MOST_ROWS = 100_000_000
_ABOUT_A_MESSAGE = ("label_set", "reaction", "imported")


def copy_readable(damaged: Path, target: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Returns the rows that were copied by table, and those that were lost where the file still tells.

    Raises: StoreDamaged when not even the list of tables can be read.
    """
    source = open_damaged(damaged)
    copy = connect(target, mode="rwc")
    try:
        copy.conn.execute("PRAGMA foreign_keys=OFF")
        with transaction(copy):
            _lay_out(copy)
            for table in ("meta", *checks.COUNTED_TABLES):
                _copy_table(source, copy, table)
            _mend_references(copy)
            rebuild_index(copy)
        kept = checks.row_counts(copy)
        return kept, _lost(source, kept)
    except UNREADABLE as error:
        raise StoreDamaged(damaged, str(error)) from error
    finally:
        source.close()
        copy.close()


def sketch_of(source: Database) -> Database:
    """Conversations and messages as `copy_readable` would bring them, without texts. The caller closes it."""
    sketch = Database(sqlite3.connect("", isolation_level=None), execute_plugins=False)
    with transaction(sketch):
        _lay_out(sketch)
        for (name,) in sketch.conn.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            sketch.conn.execute(f"DROP TRIGGER {name}")
        for table in ("conversation", "message"):
            _copy_table(source, sketch, table, without="text")
    return sketch


def make_empty(target: Path) -> None:
    """A store nobody has written to."""
    database = connect(target, mode="rwc")
    try:
        with transaction(database):
            _lay_out(database)
    finally:
        database.close()


def open_damaged(path: Path) -> Database:
    """A reader of what is left; without the journal where only that is damaged, or belongs to another store.

    Raises: StoreDamaged when not even the list of tables can be read.
    """
    if not path.exists():
        raise StoreDamaged(path, "there is no file")
    source = connect(path, mode="ro")
    if checks.damage(source):
        alone = connect(path, mode="ro", immutable=True)
        source, other = (source, alone) if checks.damage(alone) else (alone, source)
        other.close()
    try:
        source.conn.execute(
            "PRAGMA writable_schema=ON"
        ).close()  # or a file that was cut off is not read at all
        tables = source.conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except UNREADABLE as error:
        source.close()
        raise StoreDamaged(path, str(error)) from error
    if not tables:
        source.close()
        raise StoreDamaged(path, "it has no tables")
    return source


def _lay_out(database: Database) -> None:
    MIGRATIONS.apply(database)
    database.conn.execute(f"PRAGMA application_id={checks.APPLICATION_ID}")
    database.conn.execute(f"PRAGMA user_version={len(MIGRATIONS.applied(database))}")


def _copy_table(source: Database, copy: Database, table: str, *, without: str = "") -> None:
    """without: a column that is only looked at; the copy has an empty text where there was a sound one."""
    columns = [row[1] for row in copy.conn.execute(f"PRAGMA table_info({table})")]
    marks = ",".join(
        "CASE WHEN instr(?, char(0)) = 0 THEN '' END" if column == without else "?" for column in columns
    )
    for row in readable_rows(source, table, ", ".join(columns)):
        try:
            copy.conn.execute(f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({marks})", row)
        except sqlite3.IntegrityError:
            continue  # what is in it is damaged too


def readable_rows(source: Database, table: str, columns: str) -> Iterator[Row]:
    """Rows by ever smaller ranges; where there is no row number, from both ends up to the damage."""
    if keys := _WITHOUT_ROWID.get(table):
        for direction in ("ASC", "DESC"):
            order = ", ".join(f"{key} {direction}" for key in keys)
            yield from until_damage(source, f"SELECT {columns} FROM {table} ORDER BY {order}")
        return
    ranges = [(1, _highest_rowid(source, table))]
    while ranges:
        low, high = ranges.pop()
        try:
            sql = f"SELECT {columns} FROM {table} WHERE rowid BETWEEN ? AND ?"
            rows = source.conn.execute(sql, [low, high]).fetchall()
        except UNREADABLE:
            if low < high:
                middle = (low + high) // 2
                ranges += [(middle + 1, high), (low, middle)]
        else:
            yield from rows


def until_damage(source: Database, sql: str) -> Iterator[Row]:
    """The rows of a query, as far as they can be read."""
    try:
        yield from source.conn.execute(sql)
    except UNREADABLE:
        return


def _highest_rowid(source: Database, table: str) -> int:
    """As the list of numbers given out has it, else the table itself; 0 when neither can be read.

    Not the greater of the two: a damaged row can have any number, and all below it would be tried one by one.
    """
    for sql in (f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'", f"SELECT max(rowid) FROM {table}"):
        for row in until_damage(source, sql):
            if isinstance(row[0], int) and 0 < row[0] <= _MOST_ROWS:
                return row[0]
    return 0


def _mend_references(copy: Database) -> None:
    """Give every message a conversation, and drop what was said of messages that are lost."""
    execute = copy.conn.execute
    execute(
        "INSERT INTO conversation (tree_id, family, title, title_is_manual, pinned, archived, created_at, "
        "updated_at, last_seq, system_prompt, draft) "
        "SELECT DISTINCT tree_id, tree_id, '', 0, 0, 0, :now, :now, 0, '', '' FROM message "
        "WHERE tree_id NOT IN (SELECT tree_id FROM conversation)",
        {"now": now()},
    )
    execute(
        "UPDATE conversation SET last_seq = "
        "(SELECT coalesce(max(seq), 0) FROM message m WHERE m.tree_id = conversation.tree_id)"
    )
    execute("UPDATE conversation SET active_leaf = NULL WHERE active_leaf NOT IN (SELECT id FROM message)")
    execute("DELETE FROM ranking WHERE parent_id NOT IN (SELECT id FROM message)")
    for table in _ABOUT_A_MESSAGE:
        execute(f"DELETE FROM {table} WHERE message_id NOT IN (SELECT id FROM message)")
    execute("DELETE FROM label_value WHERE label_set NOT IN (SELECT seq FROM label_set)")


def _lost(source: Database, kept: dict[str, int]) -> dict[str, int]:
    lost: dict[str, int] = {}
    for table, count in kept.items():
        for row in until_damage(source, f"SELECT count(*) FROM {table}"):
            if row[0] > count:
                lost[table] = row[0] - count
    return lost
