package keyring

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/session"
)

// Config is what a ring is made of.
type Config struct {
	Store  Store
	Seal   *Sealer
	Policy Policy
}

// Ring is the list of keys as one process knows it.
type Ring struct {
	store  Store
	seal   *Sealer
	policy Policy

	changing sync.Mutex           // held by whoever reads and rewrites the list
	known    atomic.Pointer[list] // nil until it was read
	editions atomic.Uint64
}

// list is what was read. It is not changed once stored.
type list struct {
	records []Record // in order
	open    []private
	at      time.Time
}

// Format says how many keys there are: package fmt would not ask those in it how they print.
func (l list) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "%d signing keys", len(l.records)) }

// New validates the configuration. The ring knows no key before the first [Ring.Refresh].
func New(cfg Config) (*Ring, error) {
	if cfg.Store == nil || cfg.Seal == nil {
		return nil, errors.New("key ring: store or seal is missing")
	}
	policy, err := cfg.Policy.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("key ring: %w", err)
	}
	return &Ring{store: cfg.Store, seal: cfg.Seal, policy: policy}, nil
}

// Refresh reads the list and does what it needs ([Policy.Plan]): the very first key, the next one when it is time, and the removal of
// those that are gone.
func (r *Ring) Refresh(ctx context.Context, at time.Time) error {
	return r.change(ctx, at, func(keys []Record) ([]Record, error) { return keys, nil })
}

// Run refreshes until ctx ends. A failure is reported and tried again.
func (r *Ring) Run(ctx context.Context, every time.Duration, report func(error)) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := r.Refresh(ctx, time.Now()); err != nil && ctx.Err() == nil {
				report(err)
			}
		}
	}
}

// maxTries bounds how often a change is begun anew because another process was faster. Each time somebody made progress.
const maxTries = 16

// change reads the list, edits it, does what the result needs, and writes it unless another process did so meanwhile: then it begins anew.
func (r *Ring) change(ctx context.Context, at time.Time, edit func([]Record) ([]Record, error)) error {
	return r.changeOpen(ctx, at, nil, edit)
}

// changeOpen is change for an edit that removes some keys, which need not open.
func (r *Ring) changeOpen(ctx context.Context, at time.Time, leaving []string, edit func([]Record) ([]Record, error)) error {
	r.changing.Lock()
	defer r.changing.Unlock()
	for range maxTries {
		keys, version, err := r.store.Load(ctx)
		if err != nil {
			return fmt.Errorf("load signing keys: %w", err)
		}
		keys = inOrder(keys)
		// Before anything is written: with the wrong server key the list stays as it is.
		now, err := r.unseal(keys, at, leaving)
		if err != nil {
			return err
		}
		next, err := edit(slices.Clone(keys))
		if err == nil {
			next, err = r.tidy(next, at)
		}
		if err != nil {
			return err
		}
		if slices.EqualFunc(keys, next, same) {
			if before := r.known.Swap(now); before == nil || !slices.EqualFunc(before.records, now.records, same) {
				r.editions.Add(1)
			}
			return nil
		}
		if len(next) > maxKeys {
			return fmt.Errorf("more than %d signing keys: wait until some have retired, or revoke some", maxKeys)
		}
		if _, err := r.store.Save(ctx, version, next); err != nil {
			return fmt.Errorf("save signing keys: %w", err)
		}
		// Written or not, what is there now is read, and edited again to see that it holds.
	}
	return fmt.Errorf("change signing keys: others change them all the time: %w", session.ErrUnavailable)
}

// tidy carries out the plan.
func (r *Ring) tidy(keys []Record, at time.Time) ([]Record, error) {
	plan := r.policy.Plan(keys, at)
	keys = slices.DeleteFunc(keys, func(k Record) bool { return slices.Contains(plan.Remove, k.ID) })
	if plan.Add && len(keys) < maxKeys {
		added, err := r.make(at, plan.SignsFrom)
		if err != nil {
			return nil, err
		}
		keys = append(keys, added)
	}
	return inOrder(keys), nil
}

// make is a new key, sealed.
func (r *Ring) make(at time.Time, from session.Date) (Record, error) {
	p, err := generate(r.policy.Algorithm)
	if err != nil {
		return Record{}, err
	}
	sealed, err := r.seal.seal(p)
	return Record{p.public.ID, p.public.Algorithm, sealed, session.DateOf(at), from}, err
}

// unseal opens what is not open yet. Keys that are gone are passed over, and those that are leaving when no server key opens them.
func (r *Ring) unseal(keys []Record, at time.Time, leaving []string) (*list, error) {
	before := r.known.Load()
	l := &list{records: keys, open: make([]private, len(keys)), at: at}
	for i := range keys {
		if r.policy.State(keys, i, at) == Gone {
			continue
		}
		if before != nil {
			if j := slices.IndexFunc(before.records, func(k Record) bool { return same(k, keys[i]) }); j >= 0 && before.open[j].signer != nil {
				l.open[i] = before.open[j]
				continue
			}
		}
		var err error
		l.open[i], err = r.seal.open(&keys[i])
		if err != nil && (!errors.Is(err, ErrSealed) || !slices.Contains(leaving, keys[i].ID)) {
			return nil, err
		}
	}
	return l, nil
}

func same(a, b Record) bool {
	return a.ID == b.ID && a.Algorithm == b.Algorithm && a.SignsFrom == b.SignsFrom && a.PublishedAt == b.PublishedAt && bytes.Equal(a.Sealed, b.Sealed)
}

// errUnread and errStale mean that this process cannot know which key signs.
var (
	errUnread = fmt.Errorf("signing keys were not read yet: %w", session.ErrUnavailable)
	errStale  = fmt.Errorf("signing keys were not read for too long: %w", session.ErrUnavailable)
)

// Sign appends the signed text of a payload to dst, in compact form with the given typ, under the key that signs at the time. Whoever calls
// gives a typ that needs no escaping.
func (r *Ring) Sign(dst []byte, typ string, payload []byte, at time.Time) ([]byte, error) {
	l := r.known.Load()
	if l == nil {
		return nil, errUnread
	}
	i := signing(l.records, at)
	if i < 0 || at.Sub(l.at) > min(r.policy.Margin, believed) {
		return nil, errStale
	}
	return l.open[i].appendJWS(dst, typ, payload)
}

// Signing is the id of the key that signs at the time, as far as this process knows. Empty: it knows none.
func (r *Ring) Signing(at time.Time) string {
	l := r.known.Load()
	if l == nil {
		return ""
	}
	i := signing(l.records, at)
	if i < 0 {
		return ""
	}
	return l.records[i].ID
}

// believed is for how long a list says which keys there are when it is not read again. It lies well below the ten minutes for which a set of
// takings-back remembers that a key was revoked: from one of the two that is known at any time.
const believed = 5 * time.Minute

// Edition is another number whenever another list was read. Of one edition keys only grow older.
func (r *Ring) Edition() uint64 { return r.editions.Load() }

// Public is the set to publish: the key that signs first, then those that will, then those that did. It is empty before the first Refresh, and
// when the list was not read for so long that a key may have been revoked.
func (r *Ring) Public(at time.Time) jwks.Set {
	var now, will, did []jwks.Key
	if l := r.known.Load(); l != nil && at.Sub(l.at) <= believed {
		for i := range l.records {
			if l.open[i].signer == nil {
				continue // gone when it was read
			}
			switch public := l.open[i].public; r.policy.State(l.records, i, at) {
			case Signing:
				now = append(now, public)
			case Published:
				will = append(will, public)
			case Retiring:
				did = append(did, public)
			}
		}
	}
	set, _ := jwks.NewSet(slices.Concat(now, will, did)...) // each passed Check, and no two have the same thumbprint
	return set
}

// Find looks for one of the published keys, so that a process verifies its own tokens without asking itself over HTTP.
func (r *Ring) Find(_ context.Context, id string, at time.Time) (jwks.Key, bool, error) {
	l := r.known.Load()
	switch {
	case l == nil:
		return jwks.Key{}, false, errUnread
	case at.Sub(l.at) > believed:
		return jwks.Key{}, false, errStale
	}
	for i := range l.records {
		if l.records[i].ID == id && l.open[i].signer != nil && r.policy.State(l.records, i, at) != Gone {
			return l.open[i].public, true, nil
		}
	}
	return jwks.Key{}, false, nil
}
