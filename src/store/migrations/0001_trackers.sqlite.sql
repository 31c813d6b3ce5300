CREATE TABLE trackers (
    position   INTEGER PRIMARY KEY AUTOINCREMENT, -- the order in which they were created
    id         TEXT NOT NULL UNIQUE,
    account    TEXT NOT NULL,
    name       TEXT NOT NULL,
    definition TEXT NOT NULL,                     -- JSON
    created_on INTEGER NOT NULL,                  -- milliseconds since 1970
    updated_on INTEGER NOT NULL,
    UNIQUE (account, name)
) STRICT;

CREATE INDEX trackers_in_order ON trackers (account, position);
