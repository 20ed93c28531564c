package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
)

// Bounds of a client's key set.
const (
	maxKeySet = 64 << 10
	maxKeys   = 16
)

// privateMembers are those of RFC 7518 §6 that only the owner of a key may know. A symmetric key (k) is nothing else.
var privateMembers = []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"}

// publicKeys reads a JWK set (RFC 7517 §5) that holds nothing private, and returns it without spaces. Errors never repeat what is in it.
func publicKeys(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxKeySet+1))
	if err != nil {
		return "", err
	}
	if len(text) > maxKeySet {
		return "", fmt.Errorf("%s is larger than %d bytes", path, maxKeySet)
	}
	var set struct {
		Keys []map[string]json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil || len(set.Keys) == 0 || len(set.Keys) > maxKeys {
		return "", fmt.Errorf("%s is not a JWK set {\"keys\":[...]} of 1 to %d keys", path, maxKeys)
	}
	for i, key := range set.Keys {
		for _, member := range privateMembers {
			if _, has := key[member]; has {
				return "", fmt.Errorf("%s: key %d holds the private member %q: register public keys only, and change this key if others have seen the file", path, i+1, member)
			}
		}
		var kty string
		if err := json.Unmarshal(key["kty"], &kty); err != nil || !slices.Contains([]string{"EC", "OKP", "RSA"}, kty) {
			return "", fmt.Errorf("%s: key %d has a kty that is not EC, OKP or RSA", path, i+1)
		}
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return compact.String(), nil
}
