package oauth

import (
	"fmt"
	"log/slog"
)

const redacted = "redacted"

// Secret is a client's password. It prints as redacted, whatever the verb.
type Secret struct{ text string }

// NewSecret takes a secret byte for byte.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal is the only way to the text. Call it where the secret is compared or sent, nowhere else.
func (s Secret) Reveal() string { return s.text }

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.text == "" }

// String says that there is something to hide, and nothing about it.
func (s Secret) String() string { return redacted }

// GoString is String, for %#v.
func (s Secret) GoString() string { return redacted }

// Format is String for every verb: without it %d would print the text.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue is String, for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText is String: a secret that strays into JSON or YAML is not given away.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
