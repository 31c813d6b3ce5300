CREATE TABLE jobs (
    position     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the order in which they were created
    id           TEXT COLLATE "C" NOT NULL UNIQUE,
    account      TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL,
    request      TEXT NOT NULL,                                   -- empty once it is done
    webhook_url  TEXT NOT NULL,                                   -- empty: nobody wants to be told, or all is told
    progress     DOUBLE PRECISION NOT NULL,
    error        TEXT NOT NULL,
    attempts     INTEGER NOT NULL,
    owner        TEXT COLLATE "C" NOT NULL,                       -- empty: nobody works on it
    lease_until  BIGINT,                                          -- null: nobody works on it; milliseconds since 1970, as all times
    claimed_on   BIGINT,                                          -- for the first time; null: it never was
    created_on   BIGINT NOT NULL,
    updated_on   BIGINT NOT NULL,
    done_on      BIGINT                                           -- null: it is not done
);

CREATE INDEX jobs_to_do ON jobs (conversation, position) WHERE done_on IS NULL;
CREATE INDEX jobs_to_do_of_account ON jobs (account) WHERE done_on IS NULL;
CREATE INDEX jobs_of_account ON jobs (account);
CREATE INDEX jobs_done ON jobs (done_on) WHERE done_on IS NOT NULL;

CREATE TABLE job_turns (
    account TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    turn    BIGINT NOT NULL                        -- the number of its last claim, in the order of all
);

CREATE INDEX job_turns_in_order ON job_turns (turn);

CREATE TABLE deliveries (
    position   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the order in which they became known
    id         TEXT COLLATE "C" NOT NULL UNIQUE,
    account    TEXT COLLATE "C" NOT NULL,
    topic      TEXT COLLATE "C" NOT NULL,
    url        TEXT NOT NULL,
    body       TEXT NOT NULL,
    attempts   INTEGER NOT NULL,
    due_on     BIGINT NOT NULL,                                 -- not before; while somebody holds it, the end of that
    created_on BIGINT NOT NULL
);

CREATE INDEX deliveries_of_topic ON deliveries (topic, position);
CREATE INDEX deliveries_due ON deliveries (due_on, position);
