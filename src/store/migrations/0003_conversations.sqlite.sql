CREATE TABLE conversations (
    id         TEXT NOT NULL PRIMARY KEY,
    account    TEXT NOT NULL,
    name       TEXT NOT NULL,     -- empty: nobody named it
    source     TEXT NOT NULL,
    keeps      TEXT NOT NULL,
    metadata   TEXT NOT NULL,     -- a JSON object, or empty
    started_on INTEGER NOT NULL,  -- milliseconds since 1970, as all times
    ended_on   INTEGER,           -- null: it is not over
    last_on    INTEGER NOT NULL,  -- the end of the last message, or the begin
    removed_on INTEGER            -- not null: nothing of it is kept but its id
) STRICT;

CREATE INDEX conversations_in_order ON conversations (account, started_on, id) WHERE removed_on IS NULL;
CREATE INDEX conversations_by_end ON conversations (coalesce(ended_on, last_on)) WHERE removed_on IS NULL;
CREATE INDEX conversations_removed ON conversations (removed_on) WHERE removed_on IS NOT NULL;

CREATE TABLE conversation_members (
    position     INTEGER PRIMARY KEY AUTOINCREMENT, -- the order in which they came
    conversation TEXT NOT NULL,
    id           TEXT NOT NULL,
    name         TEXT NOT NULL,
    user_id      TEXT NOT NULL,
    role         TEXT NOT NULL,
    UNIQUE (conversation, id)
) STRICT;

CREATE TABLE conversation_messages (
    position     INTEGER PRIMARY KEY AUTOINCREMENT, -- the order in which they came in
    conversation TEXT NOT NULL,
    id           TEXT NOT NULL,
    member       TEXT NOT NULL,
    utterance    INTEGER NOT NULL,
    text         TEXT NOT NULL,
    started_on   INTEGER,                           -- null, as ended_on: nobody said when
    ended_on     INTEGER,
    words        TEXT NOT NULL,                     -- JSON, or empty
    UNIQUE (conversation, id)
) STRICT;

CREATE INDEX conversation_messages_in_order ON conversation_messages (conversation, position);

CREATE TABLE conversation_hits (
    position     INTEGER PRIMARY KEY AUTOINCREMENT, -- the order in which they became known
    conversation TEXT NOT NULL,
    id           TEXT NOT NULL,
    message      TEXT NOT NULL,                     -- the first that it lies in
    tracker      TEXT NOT NULL,
    tracker_name TEXT NOT NULL,
    value        TEXT NOT NULL,
    tier         TEXT NOT NULL,
    score        REAL NOT NULL,
    member       TEXT NOT NULL,
    parts        TEXT NOT NULL,                     -- JSON
    UNIQUE (conversation, id)
) STRICT;

CREATE INDEX conversation_hits_in_order ON conversation_hits (conversation, position);
