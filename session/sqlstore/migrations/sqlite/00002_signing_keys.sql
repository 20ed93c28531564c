-- +goose Up

-- The list of signing keys is replaced as a whole: whoever writes it says which version he has read.
CREATE TABLE signing_key_list (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL
) STRICT;

INSERT INTO signing_key_list (one, version) VALUES (1, 0);

CREATE TABLE signing_keys (
    id           TEXT    NOT NULL PRIMARY KEY,
    algorithm    TEXT    NOT NULL,
    sealed       BLOB    NOT NULL, -- the private key, encrypted under a server key, which is not in here
    published_at INTEGER NOT NULL,
    signs_from   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE signing_keys;
DROP TABLE signing_key_list;
