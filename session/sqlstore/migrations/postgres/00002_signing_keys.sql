-- +goose Up

CREATE TABLE signing_key_list (
    one     BIGINT PRIMARY KEY CHECK (one = 1),
    version BIGINT NOT NULL
);

INSERT INTO signing_key_list (one, version) VALUES (1, 0);

CREATE TABLE signing_keys (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    algorithm    TEXT COLLATE "C" NOT NULL,
    sealed       BYTEA  NOT NULL,
    published_at BIGINT NOT NULL,
    signs_from   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE signing_keys;
DROP TABLE signing_key_list;
