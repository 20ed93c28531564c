-- +goose Up

-- Tokens of one second lie in the order in which they were made, and so do the pages that a commit writes. By their digests they lay anywhere.
DROP INDEX tokens_by_end;
CREATE INDEX tokens_by_end ON tokens (expires_at, id);

-- +goose Down
DROP INDEX tokens_by_end;
CREATE INDEX tokens_by_end ON tokens (expires_at);
