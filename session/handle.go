package session

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"log/slog"
)

// Kind says what a handle is for. It can be read off its first four characters.
type Kind uint8

// The zero Kind is a text that is not one of our handles at all.
const (
	Malformed Kind = iota
	Access
	Refresh
	Grant
	ClientSecret
)

var prefixes = [...]string{Access: "ita_", Refresh: "itr_", Grant: "itg_", ClientSecret: "its_"}

// String is the kind's name in RFC 8693 §3 spelling where there is one.
func (k Kind) String() string {
	switch k {
	case Access:
		return "access_token"
	case Refresh:
		return "refresh_token"
	case Grant:
		return "grant"
	case ClientSecret:
		return "client_secret"
	default:
		return "malformed"
	}
}

const (
	prefixLen   = 4
	randomLen   = 43 // 62^43 > 2^256
	checksumLen = 6  // 62^6 > 2^32
	handleLen   = prefixLen + randomLen + checksumLen
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

var base62Value = func() (v [256]int8) {
	for i := range v {
		v[i] = -1
	}
	for i := range len(base62) {
		v[base62[i]] = int8(i)
	}
	return v
}()

// Handle is a token as its holder has it. It prints as its kind and digest prefix, never as itself.
type Handle struct{ text string }

// NewHandle makes a handle from 256 random bits. The runtime ends the process when the system has no randomness to give,
// so there is no weak handle and no error.
func NewHandle(kind Kind) Handle {
	var random [32]byte
	_, _ = rand.Read(random[:])
	return handleOf(kind, random)
}

// Present takes a text as somebody presented it, byte for byte: nothing is trimmed or decoded, and it may well be junk.
func Present(text string) Handle { return Handle{text} }

func handleOf(kind Kind, bits [32]byte) Handle {
	var b [handleLen]byte
	copy(b[:], prefixes[kind])
	putBase62((*[randomLen]byte)(b[prefixLen:]), bits)
	sum := crc32.ChecksumIEEE(b[:prefixLen+randomLen])
	for i := handleLen - 1; i >= prefixLen+randomLen; i-- {
		b[i] = base62[sum%62]
		sum /= 62
	}
	return Handle{string(b[:])}
}

// putBase62 writes a number, its most significant digit first. Each round divides by 62^5, the largest power of which a remainder and the
// next 32 bits still fit 64: math/big, a digit at a time, was most of what making a handle cost.
func putBase62(to *[randomLen]byte, bits [32]byte) {
	const digits, power = 5, 62 * 62 * 62 * 62 * 62
	var number [len(bits) / 4]uint32
	for i := range number {
		number[i] = binary.BigEndian.Uint32(bits[4*i:])
	}
	for end := randomLen; end > 0; end -= digits {
		rest := uint64(0)
		for i, part := range number {
			rest = rest<<32 | uint64(part)
			number[i] = uint32(rest / power) // it fits: what the part before left is less than power
			rest %= power
		}
		for i := end - 1; i >= max(0, end-digits); i-- {
			to[i] = base62[rest%62]
			rest /= 62
		}
	}
}

// Kind judges prefix, length, alphabet and checksum, and answers Malformed unless all four are right. It needs no look-up.
func (h Handle) Kind() Kind {
	if len(h.text) != handleLen {
		return Malformed
	}
	kind := kindOf(h.text[:prefixLen])
	if kind == Malformed {
		return Malformed
	}
	for i := prefixLen; i < handleLen; i++ {
		if base62Value[h.text[i]] < 0 {
			return Malformed
		}
	}
	var stated uint64
	for i := prefixLen + randomLen; i < handleLen; i++ {
		stated = stated*62 + uint64(base62Value[h.text[i]])
	}
	var b [prefixLen + randomLen]byte
	copy(b[:], h.text)
	if stated != uint64(crc32.ChecksumIEEE(b[:])) {
		return Malformed
	}
	return kind
}

func kindOf(prefix string) Kind {
	for k := Access; int(k) < len(prefixes); k++ {
		if prefixes[k] == prefix {
			return k
		}
	}
	return Malformed
}

// Digest is the SHA-256 of the presented text, whatever it is.
func (h Handle) Digest() Digest {
	var b [handleLen]byte
	if len(h.text) == handleLen {
		copy(b[:], h.text)
		return sha256.Sum256(b[:])
	}
	return sha256.Sum256([]byte(h.text))
}

// Reveal is the only way to the text. Call it where the handle goes to its holder or over the wire, nowhere else.
func (h Handle) Reveal() string { return h.text }

// IsZero reports whether nothing was presented.
func (h Handle) IsZero() bool { return h.text == "" }

// String is safe to print: the kind and the digest's prefix.
func (h Handle) String() string {
	if h.IsZero() {
		return "no token"
	}
	return h.Kind().String() + " " + h.Digest().String()
}

// GoString is String, for %#v.
func (h Handle) GoString() string { return h.String() }

// Format is String for every verb: without it %d would print the text.
func (h Handle) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(h.String())) }

// LogValue is String, for slog.
func (h Handle) LogValue() slog.Value { return slog.StringValue(h.String()) }

// MarshalText is String: a handle that strays into JSON, YAML or a flag's default is not given away.
func (h Handle) MarshalText() ([]byte, error) { return []byte(h.String()), nil }
