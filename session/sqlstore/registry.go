package sqlstore

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// Registry implements [caller.Store].
func (s *Store) Registry(ctx context.Context) (caller.Snapshot, error) {
	var out caller.Snapshot
	err := s.ask(ctx, "read registry", func(db *gorm.DB) error {
		// The first statement fixes the snapshot that the others read.
		return db.Transaction(func(tx *gorm.DB) error {
			if err := row(tx, `SELECT seq FROM head WHERE one = 1`, nil, (*seqno)(&out.Head)); err != nil {
				return err
			}
			var clients []clientRow
			var audiences []audienceRow
			if err := tx.Find(&clients).Error; err != nil {
				return err
			}
			if err := tx.Find(&audiences).Error; err != nil {
				return err
			}
			return fill(&out, clients, audiences)
		})
	})
	if err != nil {
		return caller.Snapshot{}, err
	}
	return out, nil
}

func fill(out *caller.Snapshot, clients []clientRow, audiences []audienceRow) error {
	out.Clients, out.Audiences = map[string]*caller.Client{}, map[string]session.Audience{}
	for i := range clients {
		c, err := clients[i].client()
		if err != nil {
			return fmt.Errorf("client %s: %w", clients[i].ID, err)
		}
		out.Clients[c.ID] = c
	}
	for i := range audiences {
		a := audiences[i].audience()
		out.Audiences[a.Name] = a
	}
	return nil
}

// change does one statement on the registry, and raises its version when that changed a row. Otherwise the answer is no.
func (s *Store) change(ctx context.Context, op, name string, no error, statement func(db *gorm.DB) *gorm.DB) error {
	return s.do(ctx, op, func(b *batch) (func(commit), error) {
		return nil, b.change(op, name, no, statement)
	}, alone("client", name)) // an audience of the same name waits for nothing
}

func (b *batch) change(op, name string, no error, statement func(db *gorm.DB) *gorm.DB) error {
	if err := b.tx.flush(); err != nil {
		return err
	}
	ctx, cancel := b.tx.bounded()
	defer cancel()
	done := statement(b.db.WithContext(ctx))
	b.mine = b.mine || done.Error != nil || done.RowsAffected > 0
	if done.Error != nil {
		return done.Error
	}
	if done.RowsAffected == 0 {
		return fmt.Errorf("%s %s: %w", op, name, no)
	}
	clear(b.enabled)
	b.registry++
	return nil
}

// AddClient implements [caller.Store].
func (s *Store) AddClient(ctx context.Context, c caller.Client) error {
	return s.change(ctx, "add client", c.ID, caller.ErrExists, func(db *gorm.DB) *gorm.DB {
		return db.Clauses(clause.OnConflict{DoNothing: true}).Create(rowOfClient(&c))
	})
}

// ReplaceSecret implements [caller.Store].
func (s *Store) ReplaceSecret(ctx context.Context, id string, secret session.Digest) error {
	return s.change(ctx, "replace secret of client", id, caller.ErrUnknown, func(db *gorm.DB) *gorm.DB {
		return db.Model(&clientRow{}).Where("id = ?", id).Update("secret", digest(secret))
	})
}

// RemoveClient implements [caller.Store].
func (s *Store) RemoveClient(ctx context.Context, id string, at session.Date) (session.Revoked, error) {
	var out session.Revoked
	err := s.do(ctx, "remove client", func(b *batch) (func(commit), error) {
		done, err := b.revokeClient(session.ByClient(id), at)
		if err != nil {
			return nil, err
		}
		err = b.change("remove client", id, caller.ErrUnknown, func(db *gorm.DB) *gorm.DB {
			return db.Where("id = ?", id).Delete(&clientRow{})
		})
		return func(c commit) { out = done.settled(c) }, err
	}, alone("client", id))
	if err != nil {
		return session.Revoked{}, err
	}
	return out, nil
}

// AddAudience implements [caller.Store].
func (s *Store) AddAudience(ctx context.Context, a session.Audience) error {
	return s.change(ctx, "add audience", a.Name, caller.ErrExists, func(db *gorm.DB) *gorm.DB {
		return db.Clauses(clause.OnConflict{DoNothing: true}).Create(&audienceRow{
			Name: a.Name, Scopes: string(a.Scopes), Callers: string(a.Callers), JWTTTL: a.JWTTTL.Milliseconds(),
		})
	})
}

// RemoveAudience implements [caller.Store].
func (s *Store) RemoveAudience(ctx context.Context, name string) error {
	return s.change(ctx, "remove audience", name, caller.ErrUnknown, func(db *gorm.DB) *gorm.DB {
		return db.Where("name = ?", name).Delete(&audienceRow{})
	})
}
