package session

import (
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
)

// Digest is the SHA-256 of a handle's text. A handle holds 256 random bits, so a plain hash is enough: nobody can guess
// backwards, and the digest itself is no token.
type Digest [sha256.Size]byte

// String shows the first eight hex digits: enough to follow one token through the logs, useless as a credential.
func (d Digest) String() string { return hex.EncodeToString(d[:4]) }

// LogValue is String.
func (d Digest) LogValue() slog.Value { return slog.StringValue(d.String()) }
