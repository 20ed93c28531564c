package caller

import (
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
)

// Attempt is one reading of what a client presented: an id and its secret. A header that can be read in two ways gives two.
type Attempt struct {
	ID     string
	Secret Secret
}

// Secret is a client secret as presented. It does not print itself.
type Secret struct{ text string }

// SecretOf wraps a presented secret.
func SecretOf(text string) Secret { return Secret{text} }

// String says nothing.
func (Secret) String() string { return "[redacted]" }

// GoString says nothing.
func (Secret) GoString() string { return "[redacted]" }

// LogValue says nothing.
func (Secret) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// MarshalText says nothing.
func (Secret) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

// Authenticate finds the client that one of the attempts is right for, if any. Unknown client, disabled client, client without a secret
// and wrong secret are one answer, and cost the same.
func (r *Registry) Authenticate(attempts ...Attempt) (*Client, bool) {
	for _, a := range attempts {
		c, known := r.Client(a.ID)
		var want [sha256.Size]byte
		if known {
			want = c.Secret
		}
		got := sha256.Sum256([]byte(a.Secret.text))
		if subtle.ConstantTimeCompare(got[:], want[:]) == 1 && known {
			return c, true
		}
	}
	return nil, false
}
