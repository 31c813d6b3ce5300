CREATE TABLE made_values (
    key     TEXT NOT NULL PRIMARY KEY, -- names all that decides the value
    value   TEXT NOT NULL,             -- base64
    bytes   INTEGER NOT NULL,          -- of the row, roughly
    used_on INTEGER NOT NULL           -- milliseconds since 1970, to the day
) STRICT;

CREATE INDEX made_values_by_use ON made_values (used_on, key, bytes);
