-- +goose Up

-- A tree in which rows are found by bytes has whole rows in its inner pages too, some twenty in each, and with a million sessions these pages are more
-- than a reader keeps. In one of numbers an inner page leads to three hundred others. So sessions are numbered, and a token's number is the first eight
-- bytes of its digest, of which the rest is compared.

CREATE TABLE numbered_sessions (
    number       INTEGER PRIMARY KEY,
    id           BLOB    NOT NULL UNIQUE,
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
) STRICT;

INSERT INTO numbered_sessions (id, subject, client, audience, scope, acr, amr, auth_time, device, ip, opened_at, expires_at, last_used_at, idle_ttl, born, ended_at, ended_seq)
SELECT id, subject, client, audience, scope, acr, amr, auth_time, device, ip, opened_at, expires_at, last_used_at, idle_ttl, born, ended_at, ended_seq FROM sessions ORDER BY id;

CREATE TABLE numbered_tokens (
    number     INTEGER PRIMARY KEY,   -- the first eight bytes of the digest, the first one most significant, with a sign
    digest     BLOB    NOT NULL,      -- SHA-256 of the token; the token itself is nowhere
    id         BLOB    NOT NULL,
    kind       INTEGER NOT NULL,
    session    INTEGER NOT NULL REFERENCES numbered_sessions (number),
    audience   TEXT    NOT NULL,
    scope      TEXT    NOT NULL,
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    born       INTEGER NOT NULL,
    ended_seq  INTEGER NOT NULL DEFAULT 0, -- the entry that took this very token back
    used_ms    INTEGER NOT NULL DEFAULT 0, -- a refresh token's use, in milliseconds; 0: not used yet
    successor  BLOB                        -- the digest of the refresh token that followed it
) STRICT;

-- SQLite has no function that makes a number of bytes.
INSERT INTO numbered_tokens
SELECT ((instr('0123456789ABCDEF', substr(hex(t.digest), 1, 1)) - 1) << 60) |
  ((instr('0123456789ABCDEF', substr(hex(t.digest), 2, 1)) - 1) << 56) |
  ((instr('0123456789ABCDEF', substr(hex(t.digest), 3, 1)) - 1) << 52) |
  ((instr('0123456789ABCDEF', substr(hex(t.digest), 4, 1)) - 1) << 48) |
  ((instr('0123456789ABCDEF', substr(hex(t.digest), 5, 1)) - 1) << 44) |
  ((instr('0123456789ABCDEF', substr(hex(t.digest), 6, 1)) - 1) << 40) |
  ((instr('0123456789ABCDEF', substr(hex(t.digest), 7, 1)) - 1) << 36) |
  ((instr('0123456789ABCDEF', substr(hex(t.digest), 8, 1)) - 1) << 32) |
  ((instr('0123456789ABCDEF', substr(hex(t.digest), 9, 1)) - 1) << 28) |
  ((instr('0123456789ABCDEF', substr(hex(t.digest), 10, 1)) - 1) << 24) |
  ((instr('0123456789ABCDEF', substr(hex(t.digest), 11, 1)) - 1) << 20) |
  ((instr('0123456789ABCDEF', substr(hex(t.digest), 12, 1)) - 1) << 16) |
  ((instr('0123456789ABCDEF', substr(hex(t.digest), 13, 1)) - 1) << 12) |
  ((instr('0123456789ABCDEF', substr(hex(t.digest), 14, 1)) - 1) << 8) |
  ((instr('0123456789ABCDEF', substr(hex(t.digest), 15, 1)) - 1) << 4) |
  (instr('0123456789ABCDEF', substr(hex(t.digest), 16, 1)) - 1),
 t.digest, t.id, t.kind, s.number, t.audience, t.scope, t.issued_at, t.expires_at, t.born, t.ended_seq, t.used_ms, t.successor
FROM tokens t JOIN numbered_sessions s ON s.id = t.session_id;

DROP TABLE tokens;
DROP TABLE sessions;
ALTER TABLE numbered_sessions RENAME TO sessions;
ALTER TABLE numbered_tokens RENAME TO tokens;

CREATE INDEX sessions_by_subject ON sessions (subject, opened_at);
CREATE INDEX sessions_by_end     ON sessions (expires_at);
CREATE INDEX sessions_taken_back ON sessions (ended_at) WHERE ended_at > 0;
CREATE INDEX tokens_by_id        ON tokens (id);
CREATE INDEX tokens_by_session   ON tokens (session);
CREATE INDEX tokens_by_end       ON tokens (expires_at, id);

-- +goose Down

CREATE TABLE plain_sessions (
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
    idle_ttl     INTEGER NOT NULL,
    born         INTEGER NOT NULL,
    ended_at     INTEGER NOT NULL DEFAULT 0,
    ended_seq    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

INSERT INTO plain_sessions (id, subject, client, audience, scope, acr, amr, auth_time, device, ip, opened_at, expires_at, last_used_at, idle_ttl, born, ended_at, ended_seq)
SELECT id, subject, client, audience, scope, acr, amr, auth_time, device, ip, opened_at, expires_at, last_used_at, idle_ttl, born, ended_at, ended_seq FROM sessions ORDER BY id;

CREATE TABLE plain_tokens (
    digest     BLOB    NOT NULL PRIMARY KEY,
    id         BLOB    NOT NULL,
    kind       INTEGER NOT NULL,
    session_id BLOB    NOT NULL REFERENCES plain_sessions (id),
    audience   TEXT    NOT NULL,
    scope      TEXT    NOT NULL,
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    born       INTEGER NOT NULL,
    ended_seq  INTEGER NOT NULL DEFAULT 0,
    used_ms    INTEGER NOT NULL DEFAULT 0,
    successor  BLOB
) STRICT, WITHOUT ROWID;

INSERT INTO plain_tokens
SELECT t.digest, t.id, t.kind, s.id, t.audience, t.scope, t.issued_at, t.expires_at, t.born, t.ended_seq, t.used_ms, t.successor
FROM tokens t JOIN sessions s ON s.number = t.session ORDER BY t.digest;

DROP TABLE tokens;
DROP TABLE sessions;
ALTER TABLE plain_sessions RENAME TO sessions;
ALTER TABLE plain_tokens RENAME TO tokens;

CREATE INDEX sessions_by_subject ON sessions (subject, opened_at);
CREATE INDEX sessions_by_end     ON sessions (expires_at);
CREATE INDEX sessions_taken_back ON sessions (ended_at) WHERE ended_at > 0;
CREATE INDEX tokens_by_id        ON tokens (id);
CREATE INDEX tokens_by_session   ON tokens (session_id);
CREATE INDEX tokens_by_end       ON tokens (expires_at, id);
