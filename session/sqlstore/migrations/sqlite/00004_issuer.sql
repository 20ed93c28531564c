-- +goose Up

-- By what name the daemons on this database are known, for commands that are not told.
CREATE TABLE issuer (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    url TEXT    NOT NULL -- '' until a daemon has started
) STRICT;
INSERT INTO issuer (one, url) VALUES (1, '');

-- +goose Down
DROP TABLE issuer;
