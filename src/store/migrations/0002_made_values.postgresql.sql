CREATE TABLE made_values (
    key     TEXT COLLATE "C" NOT NULL PRIMARY KEY, -- names all that decides the value
    value   TEXT NOT NULL,                         -- base64
    bytes   BIGINT NOT NULL,                       -- of the row, roughly
    used_on BIGINT NOT NULL                        -- milliseconds since 1970, to the day
);

CREATE INDEX made_values_by_use ON made_values (used_on, key, bytes);
