package keyring

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/introspectd/introspectd/session"
)

// Status is what can be told of a key.
type Status struct {
	Record    // without the sealed key
	State     State
	RetiresAt session.Date // when it stops or stopped signing; 0: nothing follows it yet
	GoneAt    session.Date // when it leaves the set
}

// List tells of all keys, in the order in which they sign.
func (r *Ring) List(at time.Time) []Status {
	l := r.known.Load()
	if l == nil {
		return nil
	}
	out := make([]Status, len(l.records))
	for i, record := range l.records {
		record.Sealed = nil
		out[i] = Status{Record: record, State: r.policy.State(l.records, i, at)}
		if i+1 < len(l.records) {
			out[i].RetiresAt = l.records[i+1].SignsFrom
			out[i].GoneAt = session.DateOf(out[i].RetiresAt.Time().Add(r.policy.keep()))
		}
	}
	return out
}

// Rotate adds a key that takes over a lead from now, or at once. When one is waiting already it is that one, so of two rotations at once
// only one happens. At once means that verifiers learn of the key from the first token that it signed: each fetches the set once more.
func (r *Ring) Rotate(ctx context.Context, at time.Time, atOnce bool) error {
	before := ""
	first := true
	return r.change(ctx, at, func(keys []Record) ([]Record, error) {
		i := signing(keys, at)
		if i < 0 {
			return keys, nil // the first key is added anyway
		}
		if first {
			before, first = keys[i].ID, false
		}
		if keys[i].ID != before || !atOnce && i < len(keys)-1 {
			return keys, nil
		}
		from := session.DateOf(at.Add(r.policy.Lead))
		if atOnce {
			from = session.DateOf(at)
		}
		return r.succeed(keys, i, at, from)
	})
}

// succeed lets the key behind the i-th sign from a given time: the one that waits, else a new one.
func (r *Ring) succeed(keys []Record, i int, at time.Time, from session.Date) ([]Record, error) {
	// Keys of one second are in order of their ids; this one must come behind the one that signs.
	if i >= 0 {
		from = max(from, keys[i].SignsFrom+1)
	}
	if i+1 < len(keys) {
		keys[i+1].SignsFrom = min(from, keys[i+1].SignsFrom)
		return keys, nil
	}
	added, err := r.make(at, from)
	return append(keys, added), err
}

// Revoke removes a key from the list, and so from the set, and reports whether it was there. When it was the one that signs, the next takes
// over at once: the one that waits, else a new one. The caller then takes the key back in the log of takings-back, which is what makes
// verifiers refuse it; in this order, so that a call that broke off in between can be repeated.
func (r *Ring) Revoke(ctx context.Context, id string, at time.Time) (bool, error) {
	found := false
	err := r.change(ctx, at, func(keys []Record) ([]Record, error) {
		i := slices.IndexFunc(keys, func(k Record) bool { return k.ID == id })
		if i < 0 {
			return keys, nil
		}
		found = true
		return r.remove(keys, i, at)
	})
	return found, err
}

// remove takes the i-th key out. When it is the one that signs, the next takes over.
func (r *Ring) remove(keys []Record, i int, at time.Time) ([]Record, error) {
	signs := i == signing(keys, at)
	keys = slices.Delete(keys, i, i+1)
	if !signs {
		return keys, nil
	}
	return r.succeed(keys, i-1, at, session.DateOf(at))
}

// Unopened are the ids of the keys that no server key opens. Gone ones are not looked at. The list is read, and not changed.
func (r *Ring) Unopened(ctx context.Context, at time.Time) ([]string, error) {
	keys, _, err := r.store.Load(ctx)
	if err != nil {
		return nil, fmt.Errorf("load signing keys: %w", err)
	}
	keys = inOrder(keys)
	ids := []string{}
	for i := range keys {
		if r.policy.State(keys, i, at) == Gone {
			continue
		}
		if _, err := r.seal.open(&keys[i]); errors.Is(err, ErrSealed) {
			ids = append(ids, keys[i].ID)
		} else if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// Forget removes keys that no server key opens, as [Ring.Revoke] removes one, for when the server key that did is lost. A key that is opened
// stays, whoever names it. The caller takes them back in the log before that: afterwards nothing here knows their ids.
func (r *Ring) Forget(ctx context.Context, ids []string, at time.Time) error {
	return r.changeOpen(ctx, at, ids, func(keys []Record) ([]Record, error) {
		for i := 0; i < len(keys); {
			_, err := r.seal.open(&keys[i])
			if !errors.Is(err, ErrSealed) || !slices.Contains(ids, keys[i].ID) {
				i++
				continue
			}
			if keys, err = r.remove(keys, i, at); err != nil {
				return nil, err
			}
		}
		return keys, nil
	})
}

// Rewrap seals every key anew under the first server key and says how many were not.
func (r *Ring) Rewrap(ctx context.Context, at time.Time) (int, error) {
	count := 0
	err := r.change(ctx, at, func(keys []Record) ([]Record, error) {
		again := 0
		for i := range keys {
			if r.seal.current(&keys[i]) || r.policy.State(keys, i, at) == Gone {
				continue
			}
			p, err := r.seal.open(&keys[i])
			if err == nil {
				keys[i].Sealed, err = r.seal.seal(p)
			}
			if err != nil {
				return nil, err
			}
			again++
		}
		count = max(count, again)
		return keys, nil
	})
	return count, err
}
