CREATE TABLE conversations (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account    TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL, -- empty: nobody named it
    source     TEXT COLLATE "C" NOT NULL,
    keeps      TEXT COLLATE "C" NOT NULL,
    metadata   TEXT NOT NULL,             -- a JSON object, or empty
    started_on BIGINT NOT NULL,           -- milliseconds since 1970, as all times
    ended_on   BIGINT,                    -- null: it is not over
    last_on    BIGINT NOT NULL,           -- the end of the last message, or the begin
    removed_on BIGINT                     -- not null: nothing of it is kept but its id
);

CREATE INDEX conversations_in_order ON conversations (account, started_on, id) WHERE removed_on IS NULL;
CREATE INDEX conversations_by_end ON conversations (coalesce(ended_on, last_on)) WHERE removed_on IS NULL;
CREATE INDEX conversations_removed ON conversations (removed_on) WHERE removed_on IS NOT NULL;

CREATE TABLE conversation_members (
    position     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the order in which they came
    conversation TEXT COLLATE "C" NOT NULL,
    id           TEXT COLLATE "C" NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    user_id      TEXT COLLATE "C" NOT NULL,
    role         TEXT COLLATE "C" NOT NULL,
    UNIQUE (conversation, id)
);

CREATE TABLE conversation_messages (
    position     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the order in which they came in
    conversation TEXT COLLATE "C" NOT NULL,
    id           TEXT COLLATE "C" NOT NULL,
    member       TEXT COLLATE "C" NOT NULL,
    utterance    BIGINT NOT NULL,
    text         TEXT NOT NULL,
    started_on   BIGINT,                                          -- null, as ended_on: nobody said when
    ended_on     BIGINT,
    words        TEXT NOT NULL,                                   -- JSON, or empty
    UNIQUE (conversation, id)
);

CREATE INDEX conversation_messages_in_order ON conversation_messages (conversation, position);

CREATE TABLE conversation_hits (
    position     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the order in which they became known
    conversation TEXT COLLATE "C" NOT NULL,
    id           TEXT COLLATE "C" NOT NULL,
    message      TEXT COLLATE "C" NOT NULL,                       -- the first that it lies in
    tracker      TEXT COLLATE "C" NOT NULL,
    tracker_name TEXT COLLATE "C" NOT NULL,
    value        TEXT NOT NULL,
    tier         TEXT COLLATE "C" NOT NULL,
    score        DOUBLE PRECISION NOT NULL,
    member       TEXT COLLATE "C" NOT NULL,
    parts        TEXT NOT NULL,                                   -- JSON
    UNIQUE (conversation, id)
);

CREATE INDEX conversation_hits_in_order ON conversation_hits (conversation, position);
