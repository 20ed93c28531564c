package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/session"
)

// Open implements [session.Store].
func (s *Store) Open(ctx context.Context, o *session.Opening) error {
	var born session.Seq
	err := s.do(ctx, "open session", func(b *batch) (func(commit), error) {
		enabled, err := b.clientEnabled(o.Session.Client)
		if err != nil {
			return nil, err
		}
		if !enabled {
			return nil, &session.Refusal{Reason: session.UnauthorizedClient, Detail: "the client is not registered or is disabled"}
		}
		born = b.head
		return nil, b.insertOpening(o)
	}, place{subject: o.Session.Subject, client: o.Session.Client}.underneath()...)
	if err != nil {
		return err
	}
	o.Session.Born, o.Access.Born = born, born
	if !isZero(&o.Refresh) {
		o.Refresh.Born = born
	}
	return nil
}

func isZero(t *session.Token) bool { return *t == session.Token{} }

// clientEnabled is remembered for the length of the transaction; whatever changes a client in it forgets that.
func (b *batch) clientEnabled(client string) (bool, error) {
	if enabled, ok := b.enabled[client]; ok {
		return enabled, nil
	}
	var disabled number
	err := b.row(`SELECT disabled FROM clients WHERE id = ?`, []any{client}, &disabled)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	b.enabled[client] = err == nil && disabled == 0
	return b.enabled[client], nil
}

// newSession writes a session's row. The first parameter is its id.
const newSession = `INSERT INTO sessions (id, subject, client, audience, scope, acr, amr, auth_time, device, ip,
 opened_at, expires_at, last_used_at, idle_ttl, born) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`

func (b *batch) insertOpening(o *session.Opening) error {
	q := &o.Session
	err := b.later(newSession,
		raw(q.ID[:]), q.Subject, q.Client, string(q.Audience), string(q.Scope), q.ACR, string(q.AMR), int64(q.AuthTime), q.Device, q.IP,
		int64(q.OpenedAt), int64(q.ExpiresAt), int64(q.LastUsedAt), int64(q.IdleTTL/time.Second), int64(b.head))
	if err != nil {
		return fmt.Errorf("session %v: %w", q.ID, err)
	}
	if err := b.insertToken(&o.Access); err != nil || isZero(&o.Refresh) {
		return err
	}
	return b.insertToken(&o.Refresh)
}

// insertToken writes a token that is born now.
func (b *batch) insertToken(t *session.Token) error {
	b.until = nil
	values := append(b.layout.keys(t.Digest),
		raw(t.ID[:]), int64(t.Kind), raw(t.SessionID[:]), string(t.Audience), string(t.Scope), int64(t.IssuedAt), int64(t.ExpiresAt), int64(b.head))
	if err := b.later(b.layout.newToken, values...); err != nil {
		return fmt.Errorf("token %v: %w", t.Digest, err)
	}
	return nil
}
