package floor

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Check is one bare check of a signature, or the making of one, over a text of a token's length: no parsing, no claims, no keys to be found.
type Check struct {
	Name  string
	check func() bool
}

// TextLength is that of header and payload of an internal token of ordinary content, encoded.
const TextLength = 560

// Signature is the name of making one, with EdDSA, instead of checking it: what nobody exchanges a token below.
const Signature = "signature"

// Checks are those of the algorithms that internal tokens are signed with, and the HMAC that others use.
func Checks() ([]Check, error) {
	text := []byte(strings.Repeat("x", TextLength))
	digest := sha256.Sum256(text)
	edPublic, edPrivate, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	edSignature := ed25519.Sign(edPrivate, text)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	ecSignature, err := ecdsa.SignASN1(rand.Reader, ec, digest[:])
	if err != nil {
		return nil, err
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	rsSignature, err := rsa.SignPKCS1v15(rand.Reader, rs, crypto.SHA256, digest[:])
	if err != nil {
		return nil, err
	}
	key := digest[:]
	token := SignHS256(key, `{"exp":4102444800,"x":"`+strings.Repeat("x", 380)+`"}`)
	return []Check{
		{"HS256", func() bool { return CheckHS256(key, token, time.Unix(0, 0)) }},
		{"EdDSA", func() bool { return ed25519.Verify(edPublic, text, edSignature) }},
		{"ES256", func() bool { d := sha256.Sum256(text); return ecdsa.VerifyASN1(&ec.PublicKey, d[:], ecSignature) }},
		{"RS256", func() bool {
			d := sha256.Sum256(text)
			return rsa.VerifyPKCS1v15(&rs.PublicKey, crypto.SHA256, d[:], rsSignature) == nil
		}},
		{Signature, func() bool { return len(ed25519.Sign(edPrivate, text)) == ed25519.SignatureSize }},
	}, nil
}

// Time is how long one check takes, as the mean over a stretch of time.
func (c Check) Time(stretch time.Duration) (time.Duration, error) {
	n := 0
	begun := time.Now()
	for time.Since(begun) < stretch {
		for range 10 { // so that looking at the clock does not count
			if !c.check() {
				return 0, fmt.Errorf("%s: a good signature does not check", c.Name)
			}
		}
		n += 10
	}
	if n == 0 {
		return 0, errors.New("no time to check anything")
	}
	return time.Since(begun) / time.Duration(n), nil
}
