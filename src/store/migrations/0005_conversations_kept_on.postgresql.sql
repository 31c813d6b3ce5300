-- Since when it is kept, in milliseconds since 1970: a call may have been long before that.
ALTER TABLE conversations ADD COLUMN kept_on BIGINT NOT NULL DEFAULT 0;
