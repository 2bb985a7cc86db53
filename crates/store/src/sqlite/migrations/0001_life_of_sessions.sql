-- Tokens that are good no longer. `subject` is the token's id, the session's or the user's; it is empty where the whole
-- organisation is meant. `issued_by` bounds the time of issue where the kind has such a bound, and is 0 elsewhere.
-- Times are seconds since 1970. An id is never used again, so that a list can go on after one that is gone.
CREATE TABLE revocations (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    organisation TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    issued_by    INTEGER NOT NULL,
    until        INTEGER NOT NULL,
    made         INTEGER NOT NULL,
    made_by      TEXT,
    note         TEXT,
    UNIQUE (organisation, kind, subject, issued_by)
) STRICT;

CREATE INDEX revocations_by_end ON revocations (until);

-- Tokens that can be used once, and have been; until the second in which they are refused anyway.
CREATE TABLE used_tokens (
    realm TEXT    NOT NULL,
    token TEXT    NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (realm, token)
) STRICT, WITHOUT ROWID;

CREATE INDEX used_tokens_by_end ON used_tokens (until);
