package guardtest

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"github.com/introspectd/introspectd/hybrid/jwks"
)

// Rotate makes a new key, which signs from now on. Those before it stay published. It returns the new one's id.
func (i *Issuer) Rotate() (keyID string) {
	i.tb.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		i.tb.Fatal(err)
	}
	k := jwks.Key{Algorithm: jwks.EdDSA, Public: public}
	k.ID = k.Thumbprint()
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = append(i.keys, signer{k, private})
	return k.ID
}

// RevokeKey withdraws a key, and with it all that it signed.
func (i *Issuer) RevokeKey(keyID string) {
	i.tb.Helper()
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.keys) < 2 || !i.publishes(keyID) {
		i.tb.Fatal("guardtest: no such key, or the only one: rotate first")
	}
	i.keys = slices.DeleteFunc(i.keys, func(s signer) bool { return s.public.ID == keyID })
}

// KeyID is that of the key that signs.
func (i *Issuer) KeyID() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.keys[len(i.keys)-1].public.ID
}

func (i *Issuer) publishes(keyID string) bool {
	return slices.ContainsFunc(i.keys, func(s signer) bool { return s.public.ID == keyID })
}

// Sign implements [hybrid.Signer] with the key of the moment.
func (i *Issuer) Sign(dst []byte, typ string, payload []byte, _ time.Time) ([]byte, error) {
	i.mu.Lock()
	s := i.keys[len(i.keys)-1]
	i.mu.Unlock()
	return s.append(dst, fmt.Sprintf(`{"alg":"EdDSA","typ":%q,"kid":%q}`, typ, s.public.ID), payload), nil
}

func (s signer) append(dst []byte, header string, payload []byte) []byte {
	start := len(dst)
	dst = base64.RawURLEncoding.AppendEncode(dst, []byte(header))
	dst = base64.RawURLEncoding.AppendEncode(append(dst, '.'), payload)
	return base64.RawURLEncoding.AppendEncode(append(dst, '.'), ed25519.Sign(s.sign, dst[start:]))
}

// Forge signs any header and payload with the issuer's key of the moment: what no issuer would make, and a guard must not take.
func (i *Issuer) Forge(header, payload string) string {
	i.mu.Lock()
	s := i.keys[len(i.keys)-1]
	i.mu.Unlock()
	return string(s.append(nil, header, []byte(payload)))
}

// set is what the issuer publishes.
func (i *Issuer) set() jwks.Set {
	i.mu.Lock()
	keys := make([]jwks.Key, len(i.keys))
	for n, s := range i.keys {
		keys[n] = s.public
	}
	i.mu.Unlock()
	set, err := jwks.NewSet(keys...)
	if err != nil {
		i.tb.Error(err)
	}
	return set
}

// published is the set of the moment, for a guard that fetches none.
type published struct{ *Issuer }

// Find implements [hybrid.Keys].
func (p published) Find(_ context.Context, id string, _ time.Time) (jwks.Key, bool, error) {
	k, ok := p.set().Key(id)
	return k, ok, nil
}
