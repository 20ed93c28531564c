package jwks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Set is a list of public keys with different ids. The zero Set is empty. It is not changed once made.
type Set struct{ keys []Key }

// Bounds of what is read as a set. The installation's own has two or three keys.
const (
	MaxKeys     = 100
	MaxSetBytes = 1 << 20
)

// NewSet checks each key, and that each has an id of its own.
func NewSet(keys ...Key) (Set, error) {
	if len(keys) > MaxKeys {
		return Set{}, fmt.Errorf("more than %d keys", MaxKeys)
	}
	for i := range keys {
		if err := keys[i].Check(); err != nil {
			return Set{}, fmt.Errorf("key %q: %w", keys[i].ID, err)
		}
		if !ValidKeyID(keys[i].ID) {
			return Set{}, fmt.Errorf("key %d has no id, or one that is not printable ASCII", i)
		}
		if slices.ContainsFunc(keys[:i], func(k Key) bool { return k.ID == keys[i].ID }) {
			return Set{}, fmt.Errorf("two keys with the id %q", keys[i].ID)
		}
	}
	return Set{slices.Clone(keys)}, nil
}

// ValidKeyID reports whether a kid is short printable ASCII. It is only ever compared, but it is also logged.
func ValidKeyID(id string) bool {
	for i := range len(id) {
		if id[i] < ' ' || id[i] > '~' {
			return false
		}
	}
	return id != "" && len(id) <= 256
}

// Len counts the keys.
func (s Set) Len() int { return len(s.keys) }

// Keys lists them.
func (s Set) Keys() []Key { return slices.Clone(s.keys) }

// Key finds a key by its id. A signature that names none is looked at with the only key there is, and with none when there are several.
func (s Set) Key(id string) (Key, bool) {
	if id == "" {
		if len(s.keys) == 1 {
			return s.keys[0], true
		}
		return Key{}, false
	}
	for i := range s.keys {
		if s.keys[i].ID == id {
			return s.keys[i], true
		}
	}
	return Key{}, false
}

// Find is Key, so that a set that never changes can stand where a [Source] can.
func (s Set) Find(_ context.Context, id string, _ time.Time) (Key, bool, error) {
	k, ok := s.Key(id)
	return k, ok, nil
}

// Parse reads a JWK set (RFC 7517 §5). Entries that cannot be used are skipped, as §5 asks: unknown types and algorithms, other uses,
// weak keys, and keys that share their id with another entry of any sort, since it is not known which of them is meant.
func Parse(data []byte) (Set, error) {
	if len(data) > MaxSetBytes {
		return Set{}, fmt.Errorf("key set is longer than %d bytes", MaxSetBytes)
	}
	object, err := ParseObject(data)
	if err != nil {
		return Set{}, fmt.Errorf("key set: %w", err)
	}
	entries, ok := object.Value("keys").Elements()
	if !ok {
		return Set{}, errors.New("key set: no list of keys")
	}
	if len(entries) > MaxKeys {
		return Set{}, fmt.Errorf("key set: more than %d keys", MaxKeys)
	}
	var set Set
	times := make(map[string]int, len(entries))
	for _, entry := range entries {
		jwk, ok := entry.Object()
		if !ok {
			continue
		}
		if id, ok := jwk.Value("kid").Text(); ok {
			times[id]++
		}
		if key, err := parseKey(jwk); err == nil {
			set.keys = append(set.keys, key)
		}
	}
	set.keys = slices.DeleteFunc(set.keys, func(k Key) bool { return times[k.ID] > 1 })
	return set, nil
}

// AppendJSON writes the set as it is published: the public members, kid, alg and use of each key, nothing else.
func (s Set) AppendJSON(b []byte) []byte {
	b = append(b, `{"keys":[`...)
	for i := range s.keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = s.keys[i].appendJSON(b)
	}
	return append(b, `]}`...)
}

// MarshalJSON is AppendJSON.
func (s Set) MarshalJSON() ([]byte, error) { return s.AppendJSON(nil), nil }
