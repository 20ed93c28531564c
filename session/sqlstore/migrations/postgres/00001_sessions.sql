-- +goose Up

-- Names are compared byte for byte, whatever the database's locale. What they mean is said in the migrations for SQLite.

CREATE TABLE head (
    one      BIGINT PRIMARY KEY CHECK (one = 1),
    seq      BIGINT NOT NULL,
    log      TEXT COLLATE "C" NOT NULL,
    floor    BIGINT NOT NULL,
    registry BIGINT NOT NULL
) WITH (fillfactor = 10); -- it is updated all the time: its page has room for many versions

INSERT INTO head (one, seq, log, floor, registry) VALUES (1, 0, replace(CAST(gen_random_uuid() AS TEXT), '-', ''), 0, 0);

CREATE TABLE sessions (
    id           BYTEA  NOT NULL PRIMARY KEY,
    subject      TEXT COLLATE "C" NOT NULL,
    client       TEXT COLLATE "C" NOT NULL,
    audience     TEXT COLLATE "C" NOT NULL,
    scope        TEXT COLLATE "C" NOT NULL,
    acr          TEXT COLLATE "C" NOT NULL,
    amr          TEXT COLLATE "C" NOT NULL,
    auth_time    BIGINT NOT NULL,
    device       TEXT COLLATE "C" NOT NULL,
    ip           TEXT COLLATE "C" NOT NULL,
    opened_at    BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    idle_ttl     BIGINT NOT NULL,
    born         BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL DEFAULT 0,
    ended_seq    BIGINT NOT NULL DEFAULT 0
) WITH (fillfactor = 80); -- last uses are written in place

CREATE INDEX sessions_by_subject ON sessions (subject, opened_at);
CREATE INDEX sessions_by_end     ON sessions (expires_at);
CREATE INDEX sessions_taken_back ON sessions (ended_at) WHERE ended_at > 0;

CREATE TABLE tokens (
    digest     BYTEA  NOT NULL PRIMARY KEY,
    id         BYTEA  NOT NULL,
    kind       BIGINT NOT NULL,
    session_id BYTEA  NOT NULL REFERENCES sessions (id),
    audience   TEXT COLLATE "C" NOT NULL,
    scope      TEXT COLLATE "C" NOT NULL,
    issued_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    born       BIGINT NOT NULL,
    ended_seq  BIGINT NOT NULL DEFAULT 0,
    used_ms    BIGINT NOT NULL DEFAULT 0,
    successor  BYTEA
);

CREATE INDEX tokens_by_id      ON tokens (id);
CREATE INDEX tokens_by_session ON tokens (session_id);
CREATE INDEX tokens_by_end     ON tokens (expires_at);

CREATE TABLE barriers (
    target BIGINT NOT NULL,
    name   TEXT COLLATE "C" NOT NULL,
    seq    BIGINT NOT NULL,
    until  BIGINT NOT NULL,
    PRIMARY KEY (target, name)
);

CREATE TABLE entries (
    seq    BIGINT PRIMARY KEY,
    target BIGINT NOT NULL,
    name   TEXT COLLATE "C" NOT NULL,
    at     BIGINT NOT NULL,
    until  BIGINT NOT NULL
);

CREATE TABLE clients (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    roles       TEXT COLLATE "C" NOT NULL,
    audiences   TEXT COLLATE "C" NOT NULL,
    method      TEXT COLLATE "C" NOT NULL,
    secret      BYTEA,
    scopes      TEXT COLLATE "C" NOT NULL,
    grant_types TEXT COLLATE "C" NOT NULL,
    jwks        TEXT COLLATE "C" NOT NULL,
    disabled    BIGINT NOT NULL,
    created_at  BIGINT NOT NULL
);

CREATE TABLE audiences (
    name    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    scopes  TEXT COLLATE "C" NOT NULL,
    callers TEXT COLLATE "C" NOT NULL,
    jwt_ttl BIGINT NOT NULL
);

-- +goose Down
DROP TABLE audiences;
DROP TABLE clients;
DROP TABLE entries;
DROP TABLE barriers;
DROP TABLE tokens;
DROP TABLE sessions;
DROP TABLE head;
