CREATE TABLE jobs (
    position     INTEGER PRIMARY KEY AUTOINCREMENT, -- the order in which they were created
    id           TEXT NOT NULL UNIQUE,
    account      TEXT NOT NULL,
    conversation TEXT NOT NULL,
    kind         TEXT NOT NULL,
    state        TEXT NOT NULL,
    request      TEXT NOT NULL,                     -- empty once it is done
    webhook_url  TEXT NOT NULL,                     -- empty: nobody wants to be told, or all is told
    progress     REAL NOT NULL,
    error        TEXT NOT NULL,
    attempts     INTEGER NOT NULL,
    owner        TEXT NOT NULL,                     -- empty: nobody works on it
    lease_until  INTEGER,                           -- null: nobody works on it; milliseconds since 1970, as all times
    claimed_on   INTEGER,                           -- for the first time; null: it never was
    created_on   INTEGER NOT NULL,
    updated_on   INTEGER NOT NULL,
    done_on      INTEGER                            -- null: it is not done
) STRICT;

CREATE INDEX jobs_to_do ON jobs (conversation, position) WHERE done_on IS NULL;
CREATE INDEX jobs_to_do_of_account ON jobs (account) WHERE done_on IS NULL;
CREATE INDEX jobs_of_account ON jobs (account);
CREATE INDEX jobs_done ON jobs (done_on) WHERE done_on IS NOT NULL;

CREATE TABLE job_turns (
    account TEXT NOT NULL PRIMARY KEY,
    turn    INTEGER NOT NULL           -- the number of its last claim, in the order of all
) STRICT;

CREATE INDEX job_turns_in_order ON job_turns (turn);

CREATE TABLE deliveries (
    position   INTEGER PRIMARY KEY AUTOINCREMENT, -- the order in which they became known
    id         TEXT NOT NULL UNIQUE,
    account    TEXT NOT NULL,
    topic      TEXT NOT NULL,
    url        TEXT NOT NULL,
    body       TEXT NOT NULL,
    attempts   INTEGER NOT NULL,
    due_on     INTEGER NOT NULL,                  -- not before; while somebody holds it, the end of that
    created_on INTEGER NOT NULL
) STRICT;

CREATE INDEX deliveries_of_topic ON deliveries (topic, position);
CREATE INDEX deliveries_due ON deliveries (due_on, position);
