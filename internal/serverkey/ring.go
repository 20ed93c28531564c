package serverkey

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// size of a key in bytes.
const size = 32

// maxKeys bounds a ring: each is tried at every refresh.
const maxKeys = 8

// Ring holds the keys, the current one first.
type Ring struct{ keys [][]byte }

// Parse reads one base64 key of 32 bytes per line. Empty lines and lines that begin with # are passed over. Errors name the line, never
// what is in it.
func Parse(text string) (Ring, error) {
	var r Ring
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(key) != size {
			return Ring{}, fmt.Errorf("line %d is not %d bytes in base64", n, size)
		}
		if len(r.keys) == maxKeys {
			return Ring{}, fmt.Errorf("more than %d keys", maxKeys)
		}
		r.keys = append(r.keys, key)
	}
	if len(r.keys) == 0 {
		return Ring{}, errors.New("holds no key")
	}
	return r, nil
}

// New makes a ring of one fresh key.
func New() Ring {
	key := make([]byte, size)
	_, _ = rand.Read(key)
	return Ring{[][]byte{key}}
}

// Succession are the keys that refresh tokens are derived under.
func (r Ring) Succession() ([][]byte, error) { return r.derive("introspectd refresh succession") }

// Sealing are the keys that signing keys are encrypted under at rest.
func (r Ring) Sealing() ([][]byte, error) { return r.derive("introspectd signing keys") }

func (r Ring) derive(purpose string) ([][]byte, error) {
	out := make([][]byte, len(r.keys))
	for i, key := range r.keys {
		derived, err := hkdf.Key(sha256.New, key, nil, purpose, size)
		if err != nil {
			return nil, fmt.Errorf("derive a server key: %w", err)
		}
		out[i] = derived
	}
	return out, nil
}

// text is what goes into a file, and nowhere else.
func (r Ring) text() []byte {
	var b strings.Builder
	for _, key := range r.keys {
		b.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	}
	return []byte(b.String())
}

// String says how many there are.
func (r Ring) String() string { return fmt.Sprintf("%d server keys", len(r.keys)) }

// GoString is String.
func (r Ring) GoString() string { return r.String() }

// Format is String for every verb.
func (r Ring) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(r.String())) }

// LogValue is String.
func (r Ring) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalText is String.
func (r Ring) MarshalText() ([]byte, error) { return []byte(r.String()), nil }
