package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"

	"github.com/introspectd/introspectd/session"
)

// What a token or a session belongs to never changes, so it may be looked up before the transaction that takes the locks. What is not there
// needs none.

const (
	placeOfDigest  = `SELECT s.id, s.subject, s.client FROM tokens t JOIN sessions s ON s.id = t.session_id WHERE t.digest = ` + bytesParam
	placeOfToken   = `SELECT s.id, s.subject, s.client FROM tokens t JOIN sessions s ON s.id = t.session_id WHERE t.id = ` + bytesParam
	placeOfSession = `SELECT s.id, s.subject, s.client FROM sessions s WHERE s.id = ` + bytesParam
)

func (s *Store) locksOfToken(ctx context.Context, d session.Digest) ([]lock, error) {
	return s.locksAt(ctx, placeOfDigest, d[:])
}

// locksOf are those of a taking-back.
func (s *Store) locksOf(ctx context.Context, sel session.Selector) ([]lock, error) {
	switch sel.Target {
	case session.TargetToken, session.TargetSession:
		query := placeOfToken
		if sel.Target == session.TargetSession {
			query = placeOfSession
		}
		id, ok := session.ParseID(sel.Key)
		if !ok {
			return nil, nil
		}
		return s.locksAt(ctx, query, id[:])
	case session.TargetSubject:
		return []lock{alone("subject", sel.Key), lockOn(false, "all", "")}, nil
	case session.TargetClient:
		return []lock{alone("client", sel.Key)}, nil
	case session.TargetKey:
		return []lock{alone("key", sel.Key)}, nil
	default:
		return []lock{alone("all", "")}, nil
	}
}

func (s *Store) locksAt(ctx context.Context, query string, key raw) ([]lock, error) {
	if s.line == nil { // one transaction writes at a time
		return nil, nil
	}
	var p place
	err := s.ask(ctx, "look for what to lock", func(db *gorm.DB) error {
		err := row(db, query, []any{key}, (*id)(&p.session), (*text)(&p.subject), (*text)(&p.client))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil || p.session.IsZero() {
		return nil, err
	}
	return p.whole(), nil
}
