package jwks

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"
)

// Key is one public key, and the one algorithm it is for.
type Key struct {
	ID        string // kid
	Algorithm Algorithm
	Public    crypto.PublicKey // ed25519.PublicKey, *ecdsa.PublicKey or *rsa.PublicKey
}

// Bounds of RSA keys: below 2048 bits they can be broken (RFC 7518 §3.3), above 8192 one check takes milliseconds, which is a present to
// whoever sends many.
const (
	minRSABits = 2048
	maxRSABits = 8192
)

// Check refuses a key that does not belong to its algorithm or with which a signature proves nothing.
func (k *Key) Check() error {
	m, ok := methods[k.Algorithm]
	if !ok {
		return fmt.Errorf("algorithm %q is not supported", k.Algorithm)
	}
	switch public := k.Public.(type) {
	case ed25519.PublicKey:
		if m.family != edwards {
			return errMismatch
		}
		return checkEdwards(public)
	case *ecdsa.PublicKey:
		if m.family != ellipticCurve || public.Curve != m.curve {
			return errMismatch
		}
		if _, err := public.Bytes(); err != nil { // RFC 8725 §3.4: not on the curve
			return errors.New("point is not on the curve")
		}
		return nil
	case *rsa.PublicKey:
		if m.family != rsaPKCS1 && m.family != rsaPSS {
			return errMismatch
		}
		return checkRSA(public)
	default:
		return errors.New("not a public key")
	}
}

var errMismatch = errors.New("key does not belong to its algorithm")

func checkRSA(public *rsa.PublicKey) error {
	switch bits := public.N.BitLen(); {
	case bits < minRSABits || bits > maxRSABits:
		return fmt.Errorf("RSA key of %d bits, not %d to %d", bits, minRSABits, maxRSABits)
	case public.N.Bit(0) == 0:
		return errors.New("RSA modulus is even")
	case public.E < 3 || public.E%2 == 0 || public.E > 1<<31-1:
		return errors.New("RSA exponent is even, or out of range")
	case weakPrimes(public.N):
		return errors.New("RSA modulus is of a generator with predictable primes (CVE-2017-15361)")
	}
	return nil
}

// Verify reports whether the signature over the text is of this key. Whoever calls has checked the key.
func (k *Key) Verify(text, signature []byte) bool {
	m := methods[k.Algorithm]
	if m.family == edwards {
		public, ok := k.Public.(ed25519.PublicKey)
		return ok && len(public) == ed25519.PublicKeySize && ed25519.Verify(public, text, signature)
	}
	if m.hash == 0 {
		return false
	}
	h := m.hash.New()
	h.Write(text)
	digest := h.Sum(nil)
	switch public := k.Public.(type) {
	case *ecdsa.PublicKey:
		return m.family == ellipticCurve && public.Curve == m.curve && verifyECDSA(public, digest, signature)
	case *rsa.PublicKey:
		if m.family == rsaPSS {
			// RFC 7518 §3.5: the salt is as long as the hash.
			return rsa.VerifyPSS(public, m.hash, digest, signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
		}
		return m.family == rsaPKCS1 && rsa.VerifyPKCS1v15(public, m.hash, digest, signature) == nil
	}
	return false
}

// verifyECDSA wants r and s side by side at full length (RFC 7518 §3.4), never DER. Both (r, s) and (r, n-s) are valid, so that one token
// has two texts: nothing may be taken back or remembered as spent by the text of a JWT, only by its jti.
func verifyECDSA(public *ecdsa.PublicKey, digest, signature []byte) bool {
	size := (public.Curve.Params().BitSize + 7) / 8
	if len(signature) != 2*size {
		return false
	}
	var r, s big.Int
	return ecdsa.Verify(public, digest, r.SetBytes(signature[:size]), s.SetBytes(signature[size:]))
}
