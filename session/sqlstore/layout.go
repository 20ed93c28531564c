package sqlstore

import (
	"encoding/binary"

	"github.com/introspectd/introspectd/session"
)

// layout is how tokens and sessions lie in a database. The statements that depend on it are made of its pieces, once.
type layout struct {
	key      string                     // the column of tokens by which one is found
	byDigest string                     // that t is the token of a digest
	keys     func(session.Digest) []any // byDigest's parameters, and the first of newToken's
	joined   string                     // that s is the session of t
	newToken string

	lookup, lookupID            string // see lookupBy
	placeOfDigest, placeOfToken string // see placeBy
	stateOfToken                string // see stateOf
	used, use                   string // of a refresh token: reads and writes it
	sweeps                      []string
}

// Of tokens and sessions in a file there are trees of numbers, which are searched with fewer pages than trees of bytes: see migration 6.
var fileLayout = layout{
	key:      `number`,
	byDigest: `t.number = ` + numberParam + ` AND t.digest = ` + bytesParam,
	keys:     func(d session.Digest) []any { return []any{fileNumber(d), raw(d[:])} },
	joined:   `s.number = t.session`,
	newToken: `INSERT INTO tokens (number, digest, id, kind, session, audience, scope, issued_at, expires_at, born)
 VALUES (?,?,?,?,(SELECT number FROM sessions WHERE id = ?),?,?,?,?,?)`,
}.build()

// postgresLayout leaves finding rows to indexes beside the tables.
var postgresLayout = layout{
	key:      `digest`,
	byDigest: `t.digest = ` + bytesParam,
	keys:     func(d session.Digest) []any { return []any{raw(d[:])} },
	joined:   `s.id = t.session_id`,
	newToken: `INSERT INTO tokens (digest, id, kind, session_id, audience, scope, issued_at, expires_at, born) VALUES (?,?,?,?,?,?,?,?,?)`,
}.build()

// fileNumber is a token's key in a file.
func fileNumber(d session.Digest) int64 { return int64(binary.BigEndian.Uint64(d[:])) }

func (l layout) build() *layout {
	const byID = `t.id = ` + bytesParam
	l.lookup, l.lookupID = l.lookupBy(l.byDigest), l.lookupBy(byID)
	l.placeOfDigest, l.placeOfToken = l.placeBy(l.byDigest), l.placeBy(byID)
	l.stateOfToken = `SELECT t.ended_seq, s.ended_seq, ` + coveredBy + ` FROM tokens t JOIN sessions s ON ` + l.joined + ` WHERE t.id = ?`
	l.used = `SELECT t.used_ms, t.successor FROM tokens t WHERE ` + l.byDigest
	l.use = `UPDATE tokens AS t SET used_ms = ?, successor = ? WHERE ` + l.byDigest
	l.sweeps = l.sweepsInOrder()
	return &l
}
