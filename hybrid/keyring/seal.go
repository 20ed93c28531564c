package keyring

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/introspectd/introspectd/hybrid/jwks"
)

// ErrSealed means that no key-encryption key opens a record: the key file is not the one that belongs to the database, or the record was
// changed.
var ErrSealed = errors.New("no server key opens it")

// Sealer encrypts private keys at rest with AES-256-GCM. What it writes is a version byte, four bytes that tell the server keys apart, the
// nonce, and the sealed text; the key's id and algorithm are bound into it, so that records cannot be swapped.
type Sealer struct{ keys []sealKey }

type sealKey struct {
	name [4]byte
	aead cipher.AEAD
}

// Format says how many keys there are and nothing of them.
func (s Sealer) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "sealer with %d server keys", len(s.keys))
}

// Format says which key it is.
func (k sealKey) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "server key %x", k.name) }

const sealVersion = 1

// NewSealer takes the server's keys, 32 bytes or more each: the first seals, all of them open.
func NewSealer(keys ...[]byte) (*Sealer, error) {
	if len(keys) == 0 {
		return nil, errors.New("seal: no server key")
	}
	s := &Sealer{}
	for _, key := range keys {
		if len(key) < sha256.Size {
			return nil, errors.New("seal: a server key is shorter than 32 bytes")
		}
		derived, err := hkdf.Key(sha256.New, key, nil, "introspectd signing keys at rest", 32)
		if err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
		name, err := hkdf.Key(sha256.New, key, nil, "introspectd name of a server key", 4)
		if err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
		block, err := aes.NewCipher(derived)
		if err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
		s.keys = append(s.keys, sealKey{[4]byte(name), aead})
	}
	return s, nil
}

func (s *Sealer) seal(p private) ([]byte, error) {
	der, err := p.pkcs8()
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	k := s.keys[0]
	out := append([]byte{sealVersion}, k.name[:]...)
	nonce := make([]byte, k.aead.NonceSize())
	_, _ = rand.Read(nonce)
	out = append(out, nonce...)
	return k.aead.Seal(out, nonce, der, bound(p.public.ID, p.public.Algorithm)), nil
}

// open unseals a record and makes sure that the key in it is the one that the record says.
func (s *Sealer) open(r *Record) (private, error) {
	if len(r.Sealed) < 5 || r.Sealed[0] != sealVersion {
		return private{}, fmt.Errorf("open signing key %q: not a sealed key", r.ID)
	}
	for _, k := range s.keys {
		rest := r.Sealed[5:]
		if !bytes.Equal(k.name[:], r.Sealed[1:5]) || len(rest) < k.aead.NonceSize() {
			continue
		}
		n := k.aead.NonceSize()
		der, err := k.aead.Open(nil, rest[:n], rest[n:], bound(r.ID, r.Algorithm))
		if err != nil {
			continue
		}
		p, err := parsePKCS8(der, r.Algorithm)
		if err == nil && p.public.ID != r.ID {
			err = errors.New("the key's thumbprint is another")
		}
		if err != nil {
			return private{}, fmt.Errorf("open signing key %q: %w", r.ID, err)
		}
		return p, nil
	}
	return private{}, fmt.Errorf("open signing key %q: %w", r.ID, ErrSealed)
}

// current reports whether a record is sealed under the first key.
func (s *Sealer) current(r *Record) bool {
	return len(r.Sealed) > 5 && bytes.Equal(s.keys[0].name[:], r.Sealed[1:5])
}

func bound(id string, algorithm jwks.Algorithm) []byte {
	return fmt.Appendf(nil, "introspectd signing key\x00%s\x00%s", id, algorithm)
}
