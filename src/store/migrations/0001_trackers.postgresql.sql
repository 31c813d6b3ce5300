CREATE TABLE trackers (
    position   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the order in which they were created
    id         TEXT COLLATE "C" NOT NULL UNIQUE,
    account    TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    definition TEXT NOT NULL,                                   -- JSON; as text, since jsonb cannot hold U+0000
    created_on BIGINT NOT NULL,                                 -- milliseconds since 1970
    updated_on BIGINT NOT NULL,
    UNIQUE (account, name)
);

CREATE INDEX trackers_in_order ON trackers (account, position);
