package sqlstore

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/introspectd/introspectd/session"
)

// coveredByName is whether a taking-back of the subject, of the client or of everything covers session s. The numbers are the
// targets'.
const coveredByName = `(EXISTS (SELECT 1 FROM barriers b WHERE b.target = 3 AND b.name = s.subject AND b.seq > s.born)
  OR EXISTS (SELECT 1 FROM barriers b WHERE b.target = 4 AND b.name = s.client AND b.seq > s.born)
  OR EXISTS (SELECT 1 FROM barriers b WHERE b.target = 6 AND b.name = '' AND b.seq > s.born))`

// sessionDead is whether any taking-back covers session s.
const sessionDead = `(s.ended_seq <> 0 OR ` + coveredByName + `)`

// lookupBy answers with one row also when there is no token: the head is from the same snapshot.
func (l *layout) lookupBy(condition string) string {
	return `SELECT h.seq, t.digest, t.kind, t.id, s.id, t.audience, t.scope, t.issued_at, t.expires_at, t.born,
 s.subject, s.client, s.acr, s.amr, s.auth_time,
 CASE WHEN t.ended_seq <> 0 OR ` + sessionDead + ` THEN 1 ELSE 0 END
FROM head h LEFT JOIN tokens t ON ` + condition + ` LEFT JOIN sessions s ON ` + l.joined + ` WHERE h.one = 1`
}

// Lookup implements [session.Reader].
func (s *Store) Lookup(ctx context.Context, d session.Digest) (session.Finding, error) {
	one := s.LookupEach(ctx, []session.Digest{d})[0]
	return one.Finding, one.Err
}

// LookupEach implements [session.Reader].
func (s *Store) LookupEach(ctx context.Context, ds []session.Digest) []session.Looked {
	if len(ds) == 0 {
		return nil
	}
	answers := make([]session.Looked, len(ds))
	whole := s.ask(ctx, lookupOp, func(db *gorm.DB) error {
		if len(ds) > session.MaxLookups {
			return fmt.Errorf("%d digests are more than are looked up at once", len(ds))
		}
		return s.engine.findEach(s.read, db, ds, answers)
	})
	for i := range answers {
		switch one := &answers[i]; {
		case whole != nil:
			*one = session.Looked{Err: whole}
		case one.Err != nil:
			*one = session.Looked{Err: translate(lookupOp, s.path, one.Err)}
		}
	}
	return answers
}

const lookupOp = "look up token"

// LookupID implements [session.Reader].
func (s *Store) LookupID(ctx context.Context, id session.ID) (session.Finding, error) {
	var found session.Finding
	err := s.ask(ctx, "look up token by id", func(db *gorm.DB) (err error) {
		found, err = findBy(overGorm{db}, s.engine.layout().lookupID, []any{id[:]}, func(t *session.Token) bool { return t.ID == id })
		return err
	})
	if err != nil {
		return session.Finding{}, err
	}
	return found, nil
}

// find looks for a token by its digest.
func (l *layout) find(q querier, d session.Digest) (session.Finding, error) {
	return findBy(q, l.lookup, l.keys(d), func(t *session.Token) bool { return t.Digest == d })
}

func findBy(q querier, query string, keys []any, right func(*session.Token) bool) (session.Finding, error) {
	var r foundRow
	if err := q.row(query, keys, r.columns()...); err != nil {
		return session.Finding{}, err
	}
	return r.finding(right)
}

// foundRow is the row that a look-up answers with.
type foundRow struct {
	session.Finding
	kind, revoked number
}

// columns are where it is scanned to. Each of them is written each time.
func (r *foundRow) columns() []any {
	t := &r.Token
	return []any{
		(*seqno)(&r.Head), (*digest)(&t.Digest), &r.kind, (*id)(&t.ID), (*id)(&t.SessionID), (*text)(&t.Audience), (*text)(&t.Scope),
		(*number)(&t.IssuedAt), (*number)(&t.ExpiresAt), (*seqno)(&t.Born), (*text)(&t.Subject), (*text)(&t.Client), (*text)(&t.ACR),
		(*text)(&t.AMR), (*number)(&t.AuthTime), &r.revoked,
	}
}

// finding is what the row says, if it is the right one.
func (r *foundRow) finding(right func(*session.Token) bool) (session.Finding, error) {
	f := r.Finding
	switch {
	case r.kind == 0: // the left join found nothing
		return session.Finding{Head: f.Head}, nil
	case !right(&f.Token):
		return session.Finding{}, fmt.Errorf("asked for another token and was given the row of %v", f.Token.Digest)
	case f.Token.SessionID.IsZero() || f.Token.Subject == "":
		return session.Finding{}, fmt.Errorf("the row of token %v has no session", f.Token.Digest)
	}
	f.Token.Kind, f.Known, f.Revoked = session.Kind(r.kind), true, r.revoked != 0
	return f, nil
}
