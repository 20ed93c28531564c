package keyring

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/introspectd/introspectd/hybrid/jwks"
)

// rsaBits is the size of new RSA keys. Twice the bits would cost six times the time at each signature, for keys that live for weeks.
const rsaBits = 2048

func signable(a jwks.Algorithm) bool { return a == jwks.EdDSA || a == jwks.ES256 || a == jwks.RS256 }

// private is a key that signs, beside what is published of it. It prints as its id.
type private struct {
	public jwks.Key
	signer crypto.Signer
}

// generate makes a key whose id can be typed on a command line: one that began with a dash would be taken for a flag.
func generate(algorithm jwks.Algorithm) (private, error) {
	for {
		p, err := generateOne(algorithm)
		if err != nil || !strings.HasPrefix(p.public.ID, "-") {
			return p, err
		}
	}
}

func generateOne(algorithm jwks.Algorithm) (private, error) {
	var signer crypto.Signer
	var err error
	switch algorithm {
	case jwks.EdDSA:
		_, signer, err = ed25519.GenerateKey(rand.Reader)
	case jwks.ES256:
		signer, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jwks.RS256:
		signer, err = rsa.GenerateKey(rand.Reader, rsaBits)
	default:
		err = fmt.Errorf("no keys are made for %q", algorithm)
	}
	if err != nil {
		return private{}, fmt.Errorf("make signing key: %w", err)
	}
	return newPrivate(signer, algorithm)
}

func newPrivate(signer crypto.Signer, algorithm jwks.Algorithm) (private, error) {
	p := private{jwks.Key{Algorithm: algorithm, Public: signer.Public()}, signer}
	p.public.ID = p.public.Thumbprint()
	if err := p.public.Check(); err != nil {
		return private{}, fmt.Errorf("signing key: %w", err)
	}
	return p, nil
}

func (p private) pkcs8() ([]byte, error) { return x509.MarshalPKCS8PrivateKey(p.signer) }

func parsePKCS8(der []byte, algorithm jwks.Algorithm) (private, error) {
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return private{}, errors.New("not a private key in PKCS #8 form") // the library's words could quote it
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return private{}, errors.New("not a key that signs")
	}
	return newPrivate(signer, algorithm)
}

// appendJWS writes the signed text in compact form (RFC 7515 §7.1). The header says alg, typ and kid, nothing else.
func (p private) appendJWS(dst []byte, typ string, payload []byte) ([]byte, error) {
	var space [160]byte
	header := append(space[:0], `{"alg":"`...)
	header = append(header, p.public.Algorithm...)
	header = append(header, `","typ":"`...)
	header = append(header, typ...)
	header = append(header, `","kid":"`...)
	header = append(header, p.public.ID...)
	header = append(header, `"}`...)
	start := len(dst)
	dst = base64.RawURLEncoding.AppendEncode(dst, header)
	dst = base64.RawURLEncoding.AppendEncode(append(dst, '.'), payload)
	signature, err := p.sign(dst[start:])
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return base64.RawURLEncoding.AppendEncode(append(dst, '.'), signature), nil
}

func (p private) sign(text []byte) ([]byte, error) {
	switch key := p.signer.(type) {
	case ed25519.PrivateKey:
		return ed25519.Sign(key, text), nil
	case *ecdsa.PrivateKey: // RFC 7518 §3.4: r and s side by side at full length
		digest := sha256.Sum256(text)
		r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
		if err != nil {
			return nil, err
		}
		out := make([]byte, 64)
		r.FillBytes(out[:32])
		s.FillBytes(out[32:])
		return out, nil
	case *rsa.PrivateKey:
		digest := sha256.Sum256(text)
		return rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	}
	return nil, errors.New("no such key")
}

// String is the key's id.
func (p private) String() string { return "signing key " + p.public.ID }

// GoString is String, for %#v.
func (p private) GoString() string { return p.String() }

// Format is String for every verb.
func (p private) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(p.String())) }

// LogValue is String, for slog.
func (p private) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalText is String.
func (p private) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
