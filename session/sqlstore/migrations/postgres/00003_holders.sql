-- +goose Up

CREATE TABLE holders (
    id    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    acked BIGINT NOT NULL,
    told  BIGINT NOT NULL,
    lease BIGINT NOT NULL
) WITH (fillfactor = 10); -- each renewal updates a row

-- +goose Down
DROP TABLE holders;
