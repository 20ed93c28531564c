package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync/atomic"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/hybrid/keyring"
	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/internal/serverkey"
	"github.com/introspectd/introspectd/session"
)

// ServerKeys reads the server keys, or makes them beside a database that is new here. Made is then the file. Beside sealed signing keys none is
// made: it would open none of them.
func ServerKeys(ctx context.Context, s config.Settings, store keyring.Store) (ring serverkey.Ring, made string, err error) {
	if !s.Key.IsZero() {
		ring, err := serverkey.Parse(s.Key.Reveal())
		if err != nil {
			return ring, "", fmt.Errorf("environment INTROSPECTD_KEY: %w", err)
		}
		return ring, "", nil
	}
	path, err := s.KeyPath()
	if err != nil {
		return serverkey.Ring{}, "", err
	}
	ring, err = serverkey.Read(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return ring, "", err
	}
	missing := err
	sealed, _, err := store.Load(ctx)
	if err != nil {
		return serverkey.Ring{}, "", fmt.Errorf("load signing keys: %w", err)
	}
	if len(sealed) > 0 {
		// Another process that starts for the first time may have made file and keys since.
		if ring, err = serverkey.Read(path); errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("key file %s is missing, and the signing keys in the database are sealed under it: put it back, or say with key-file where it is; "+
				"if it is lost for good, make a new one and run introspectd key forget", path)
		}
		return ring, "", err
	}
	if _, embedded := s.Database.File(); !embedded {
		return serverkey.Ring{}, "", missing
	}
	ring, fresh, err := serverkey.ReadOrMake(path)
	if fresh {
		made = path
	}
	return ring, made, err
}

// SigningKeys are those in a store, sealed under the server keys.
func SigningKeys(s config.Settings, server serverkey.Ring, store keyring.Store) (*keyring.Ring, error) {
	sealing, err := server.Sealing()
	if err != nil {
		return nil, err
	}
	seal, err := keyring.NewSealer(sealing...)
	if err != nil {
		return nil, err
	}
	return keyring.New(keyring.Config{Store: store, Seal: seal, Policy: keyring.Policy{
		Algorithm: jwks.Algorithm(s.SigningAlg), Lead: s.KeyLead, Period: s.KeyPeriod,
		TokenLife: hybrid.MaxLife + hybrid.MaxLeeway, // an audience may say more than the installation
	}})
}

const (
	refreshEvery = 30 * time.Second // how often the list of signing keys is read when nobody says that it has changed
	retryEvery   = time.Second      // and when that went wrong
	refreshLasts = 5 * time.Second  // as long as the store is patient with a write
	// Two readings begin at least so far apart: anybody can make up the ids of keys, and have them looked for.
	readApart = 100 * time.Millisecond
)

// signingKeys keeps a ring up to date.
type signingKeys struct {
	*keyring.Ring
	count   func(typ string) // each signature
	revoked func(id string) bool
	report  func(error)
	wake    chan struct{} // one waiting refresh serves all who asked before it begins
	failed  atomic.Pointer[error]

	turn  chan struct{} // holds one while somebody refreshes, or waits until he may
	begun time.Time     // the last refresh; his who has the turn
}

func newSigningKeys(ring *keyring.Ring, count func(string), revoked func(string) bool, report func(error)) *signingKeys {
	return &signingKeys{Ring: ring, count: count, revoked: revoked, report: report, wake: make(chan struct{}, 1), turn: make(chan struct{}, 1)}
}

// Changed is told when the list may have changed, as when the registry's version did.
func (k *signingKeys) Changed() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// refresh reads the list, unless somebody began to after a given time: then it says what came of that. It begins at the earliest so long after
// the last one; whoever asks meanwhile waits for it.
func (k *signingKeys) refresh(ctx context.Context, after time.Time, apart time.Duration) error {
	if err := k.take(ctx); err != nil {
		return err
	}
	defer func() { <-k.turn }()
	if k.begun.After(after) {
		return *k.failed.Load()
	}
	if wait := apart - time.Since(k.begun); wait > 0 {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return hungUp(ctx)
		}
	}
	// Whoever asked may hang up; that is no failure of the keys.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshLasts)
	defer cancel()
	k.begun = time.Now()
	err := k.Refresh(ctx, k.begun)
	before := k.failed.Swap(&err)
	if was := before != nil && *before != nil; was != (err != nil) {
		k.report(err)
	}
	return err
}

// take waits for the turn. Who has hung up takes it only when nobody else has it.
func (k *signingKeys) take(ctx context.Context) error {
	select {
	case k.turn <- struct{}{}:
		return nil
	default:
	}
	select {
	case k.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return hungUp(ctx)
	}
}

func hungUp(ctx context.Context) error {
	return fmt.Errorf("%w: %w", session.ErrUnavailable, ctx.Err())
}

// Run refreshes until ctx ends: every now and then, and at once when the list has changed.
func (k *signingKeys) Run(ctx context.Context) error {
	next := refreshEvery
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(next):
		case <-k.wake:
		}
		next = refreshEvery
		if err := k.refresh(ctx, time.Now(), readApart); err != nil { // it has been reported
			next = retryEvery
		}
	}
}

// Find is the ring's, but a key that it does not know is looked for in the list once more: another process may have signed with it a moment
// ago. One reading of the list serves all who wait for it, and the next begins a while later, however many unknown keys are asked for: who
// asks for one waits, and is never told no by a list that is older than the question.
func (k *signingKeys) Find(ctx context.Context, id string, at time.Time) (jwks.Key, bool, error) {
	if key, ok, err := k.Ring.Find(ctx, id, at); ok && err == nil {
		return key, true, nil
	}
	if err := k.refresh(ctx, time.Now(), readApart); err != nil {
		return jwks.Key{}, false, err
	}
	return k.Ring.Find(ctx, id, at)
}

// Sign counts. That a key was revoked is heard a moment before the list without it is read: who wants a signature in between waits for the list,
// since nobody would accept what that key signs.
func (k *signingKeys) Sign(dst []byte, typ string, payload []byte, at time.Time) ([]byte, error) {
	if k.revoked(k.Signing(at)) {
		if err := k.refresh(context.Background(), time.Now(), readApart); err != nil {
			return nil, err
		}
		if k.revoked(k.Signing(at)) {
			return nil, fmt.Errorf("%w: the key that signs was revoked, and there is no other", session.ErrUnavailable)
		}
	}
	signed, err := k.Ring.Sign(dst, typ, payload, at)
	if err != nil {
		k.Changed() // the list may be too old, as after the machine slept
		return nil, err
	}
	k.count(typ)
	return signed, nil
}

// Public is the ring's.
func (k *signingKeys) Public(at time.Time) jwks.Set {
	set := k.Ring.Public(at)
	if set.Len() == 0 {
		k.Changed()
	}
	return set
}

// Check reports whether there are keys to sign with, and the last reading of the list went well.
func (k *signingKeys) Check(context.Context) error {
	failed := k.failed.Load()
	switch {
	case failed == nil:
		return fmt.Errorf("%w: signing keys were not read yet", session.ErrUnavailable)
	case *failed != nil:
		return *failed
	case len(k.List(time.Now())) == 0:
		return errors.New("there is no signing key")
	}
	return nil
}
