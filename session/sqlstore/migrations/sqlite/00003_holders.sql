-- +goose Up

-- Who may answer from memory, and for whom a taking-back has to wait.
CREATE TABLE holders (
    id    TEXT    NOT NULL PRIMARY KEY, -- random, one per start of a process
    acked INTEGER NOT NULL, -- it, and whoever follows the log through it, has applied the entries up to here
    told  INTEGER NOT NULL, -- the head as it was last told
    lease INTEGER NOT NULL  -- milliseconds
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE holders;
