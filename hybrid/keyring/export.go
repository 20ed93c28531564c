package keyring

import (
	"encoding/pem"
	"fmt"
	"log/slog"
)

// Exported is a private key in the clear. It prints as redacted; whoever has it can sign whatever he likes.
type Exported struct {
	id   string
	text []byte
}

// Export unseals a key, as PKCS #8 in PEM form. The bool is false when there is no such key.
func (r *Ring) Export(id string) (Exported, bool, error) {
	l := r.known.Load()
	if l == nil {
		return Exported{}, false, errUnread
	}
	for i := range l.open {
		if l.open[i].signer == nil || l.records[i].ID != id {
			continue
		}
		der, err := l.open[i].pkcs8()
		if err != nil {
			return Exported{}, false, fmt.Errorf("export signing key: %w", err)
		}
		return Exported{id, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})}, true, nil
	}
	return Exported{}, false, nil
}

// Reveal is the only way to the text.
func (e Exported) Reveal() []byte { return e.text }

// String is safe to print.
func (e Exported) String() string { return "private key " + e.id + " (redacted)" }

// GoString is String, for %#v.
func (e Exported) GoString() string { return e.String() }

// Format is String for every verb: without it %d would print the text.
func (e Exported) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(e.String())) }

// LogValue is String, for slog.
func (e Exported) LogValue() slog.Value { return slog.StringValue(e.String()) }

// MarshalText is String.
func (e Exported) MarshalText() ([]byte, error) { return []byte(e.String()), nil }
