-- +goose Up

-- One row: the counter that orders all takings-back, and what readers of the log compare.
CREATE TABLE head (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    seq      INTEGER NOT NULL, -- of the newest entry
    log      TEXT    NOT NULL, -- the log's id: another history has another one
    floor    INTEGER NOT NULL, -- entries up to this one may have been dropped
    registry INTEGER NOT NULL  -- counts changes of clients and audiences
) STRICT;

INSERT INTO head (one, seq, log, floor, registry) VALUES (1, 0, lower(hex(randomblob(16))), 0, 0);

CREATE TABLE sessions (
    id           BLOB    NOT NULL PRIMARY KEY,
    subject      TEXT    NOT NULL,
    client       TEXT    NOT NULL,
    audience     TEXT    NOT NULL,
    scope        TEXT    NOT NULL,
    acr          TEXT    NOT NULL,
    amr          TEXT    NOT NULL,
    auth_time    INTEGER NOT NULL,
    device       TEXT    NOT NULL,
    ip           TEXT    NOT NULL,
    opened_at    INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    idle_ttl     INTEGER NOT NULL, -- seconds; 0: none
    born         INTEGER NOT NULL, -- head.seq when it was opened
    ended_at     INTEGER NOT NULL DEFAULT 0,
    ended_seq    INTEGER NOT NULL DEFAULT 0 -- the entry that took this very session back
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_subject ON sessions (subject, opened_at);
CREATE INDEX sessions_by_end     ON sessions (expires_at);
CREATE INDEX sessions_taken_back ON sessions (ended_at) WHERE ended_at > 0;

-- What is the same for all tokens of a session is read from the session.
CREATE TABLE tokens (
    digest     BLOB    NOT NULL PRIMARY KEY, -- SHA-256 of the token; the token itself is nowhere
    id         BLOB    NOT NULL,
    kind       INTEGER NOT NULL,
    session_id BLOB    NOT NULL REFERENCES sessions (id),
    audience   TEXT    NOT NULL,
    scope      TEXT    NOT NULL,
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    born       INTEGER NOT NULL,
    ended_seq  INTEGER NOT NULL DEFAULT 0, -- the entry that took this very token back
    used_ms    INTEGER NOT NULL DEFAULT 0, -- a refresh token's use, in milliseconds; 0: not used yet
    successor  BLOB                        -- the refresh token that followed it
) STRICT, WITHOUT ROWID;

CREATE INDEX tokens_by_id      ON tokens (id);
CREATE INDEX tokens_by_session ON tokens (session_id);
CREATE INDEX tokens_by_end     ON tokens (expires_at);

-- Everything that matches and was born before seq is taken back.
CREATE TABLE barriers (
    target INTEGER NOT NULL,
    name   TEXT    NOT NULL,
    seq    INTEGER NOT NULL,
    until  INTEGER NOT NULL, -- whatever it covers has expired by then; 0: it stays
    PRIMARY KEY (target, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE entries (
    seq    INTEGER PRIMARY KEY,
    target INTEGER NOT NULL,
    name   TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    until  INTEGER NOT NULL
) STRICT;

CREATE TABLE clients (
    id          TEXT    NOT NULL PRIMARY KEY,
    roles       TEXT    NOT NULL,
    audiences   TEXT    NOT NULL,
    method      TEXT    NOT NULL,
    secret      BLOB, -- SHA-256 of the secret; NULL: none
    scopes      TEXT    NOT NULL,
    grant_types TEXT    NOT NULL,
    jwks        TEXT    NOT NULL,
    disabled    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audiences (
    name    TEXT    NOT NULL PRIMARY KEY,
    scopes  TEXT    NOT NULL,
    callers TEXT    NOT NULL,
    jwt_ttl INTEGER NOT NULL -- milliseconds; 0: the installation's default
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE audiences;
DROP TABLE clients;
DROP TABLE entries;
DROP TABLE barriers;
DROP TABLE tokens;
DROP TABLE sessions;
DROP TABLE head;
