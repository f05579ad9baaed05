"""The schema, as numbered steps. A step that has been released is never edited; a change is a new step.

All pending steps run in one transaction, so a database has the old schema or the new one, never one between.
"""

from sqlite_utils import Database, Migrations

MIGRATIONS = Migrations("oa_desktop")

_CONVERSATION = """
CREATE TABLE conversation (
    tree_id TEXT NOT NULL PRIMARY KEY CHECK (length(tree_id) BETWEEN 1 AND 128),
    family TEXT NOT NULL,
    title TEXT NOT NULL CHECK (instr(title, char(0)) = 0),
    title_is_manual INTEGER NOT NULL CHECK (title_is_manual IN (0, 1)),
    pinned INTEGER NOT NULL CHECK (pinned IN (0, 1)),
    archived INTEGER NOT NULL CHECK (archived IN (0, 1)),
    deleted_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    last_seq INTEGER NOT NULL,
    active_leaf TEXT,
    lang TEXT,
    origin TEXT,
    imported_state TEXT,
    preset TEXT,
    system_prompt TEXT NOT NULL CHECK (instr(system_prompt, char(0)) = 0),
    draft TEXT NOT NULL CHECK (instr(draft, char(0)) = 0),
    FOREIGN KEY (tree_id, active_leaf) REFERENCES message (tree_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX conversation_family ON conversation (family);
"""

_MESSAGE = """
CREATE TABLE message (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 128),
    tree_id TEXT NOT NULL REFERENCES conversation (tree_id),
    parent_id TEXT,
    role TEXT NOT NULL CHECK (role IN ('prompter', 'assistant')),
    state TEXT NOT NULL CHECK (state IN ('complete', 'streaming', 'stopped', 'interrupted', 'failed')),
    created_at TEXT NOT NULL,
    lang TEXT,
    synthetic INTEGER NOT NULL CHECK (synthetic IN (0, 1)),
    model_name TEXT,
    user_id TEXT,
    review_count INTEGER,
    review_result INTEGER CHECK (review_result IN (0, 1)),
    deleted_at TEXT,
    deleted_with TEXT,
    generation TEXT,
    text TEXT NOT NULL CHECK (instr(text, char(0)) = 0),
    UNIQUE (tree_id, id),
    FOREIGN KEY (tree_id, parent_id) REFERENCES message (tree_id, id) ON DELETE RESTRICT,
    CHECK ((parent_id IS NULL) = (id = tree_id)),
    CHECK (parent_id IS NOT id),
    CHECK ((deleted_at IS NULL) = (deleted_with IS NULL))
) STRICT;
CREATE INDEX message_children ON message (tree_id, parent_id, seq, deleted_at);
CREATE INDEX message_streaming ON message (seq) WHERE state = 'streaming';
CREATE INDEX message_rankable ON message (tree_id, parent_id)
    WHERE role = 'assistant' AND deleted_at IS NULL AND text <> '' AND state <> 'streaming'
    AND review_result IS NOT 0;
"""

_EVENTS = """
CREATE TABLE label_set (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    tree_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    annotator TEXT NOT NULL,
    created_at TEXT NOT NULL,
    FOREIGN KEY (tree_id, message_id) REFERENCES message (tree_id, id)
) STRICT;
CREATE INDEX label_set_of_tree ON label_set (tree_id, message_id);
CREATE TABLE label_value (
    label_set INTEGER NOT NULL REFERENCES label_set (seq) ON DELETE CASCADE,
    label TEXT NOT NULL,
    value REAL NOT NULL CHECK (value BETWEEN 0 AND 1),
    PRIMARY KEY (label_set, label)
) STRICT, WITHOUT ROWID;
CREATE TABLE ranking (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    tree_id TEXT NOT NULL,
    parent_id TEXT NOT NULL,
    annotator TEXT NOT NULL,
    created_at TEXT NOT NULL,
    not_rankable INTEGER NOT NULL CHECK (not_rankable IN (0, 1)),
    groups TEXT NOT NULL,
    FOREIGN KEY (tree_id, parent_id) REFERENCES message (tree_id, id)
) STRICT;
CREATE INDEX ranking_of_tree ON ranking (tree_id, parent_id);
CREATE TABLE reaction (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    tree_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    annotator TEXT NOT NULL,
    created_at TEXT NOT NULL,
    emoji TEXT NOT NULL,
    present INTEGER NOT NULL CHECK (present IN (0, 1)),
    FOREIGN KEY (tree_id, message_id) REFERENCES message (tree_id, id)
) STRICT;
CREATE INDEX reaction_of_tree ON reaction (tree_id, message_id);
CREATE TABLE imported (
    tree_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (tree_id, message_id),
    FOREIGN KEY (tree_id, message_id) REFERENCES message (tree_id, id)
) STRICT, WITHOUT ROWID;
"""

_SEARCH = """
CREATE VIEW searchable AS SELECT seq, text FROM message WHERE state <> 'streaming';
CREATE VIRTUAL TABLE message_text USING fts5 (
    text, content = 'searchable', content_rowid = 'seq', tokenize = 'trigram'
);
CREATE TABLE index_later (after_seq INTEGER NOT NULL) STRICT;
CREATE TRIGGER message_text_delete AFTER DELETE ON message WHEN old.state <> 'streaming' BEGIN
    INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', old.seq, old.text);
END;
CREATE TRIGGER message_text_update_old AFTER UPDATE OF text, state ON message
WHEN old.state <> 'streaming' BEGIN
    INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', old.seq, old.text);
END;
CREATE TRIGGER message_text_update_new AFTER UPDATE OF text, state ON message
WHEN new.state <> 'streaming' BEGIN
    INSERT INTO message_text (rowid, text) VALUES (new.seq, new.text);
END;
"""


@MIGRATIONS()
def m001_initial(db: Database) -> None:
    """Conversations, messages, what people said of them, what files said of them, and full-text search."""
    db.executescript(
        "CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    )
    for part in (_CONVERSATION, _MESSAGE, _EVENTS, _SEARCH):
        db.executescript(part)
