-- +goose Up

CREATE TABLE issuer (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    url TEXT COLLATE "C" NOT NULL
);
INSERT INTO issuer (one, url) VALUES (1, '');

-- +goose Down
DROP TABLE issuer;
