package jwks

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"math/big"
)

// Thumbprint is the key's RFC 7638 name: the SHA-256 of its required members, in order, without spaces (RFC 8037 §2 for Ed25519). It does
// not depend on kid, alg or anything else that is said about the key.
func (k *Key) Thumbprint() string {
	sum := sha256.Sum256(append(k.appendMembers([]byte{'{'}), '}'))
	return encoding.EncodeToString(sum[:])
}

// appendMembers writes the members that define the key, in the order of RFC 7638 §3.3.
func (k *Key) appendMembers(b []byte) []byte {
	switch public := k.Public.(type) {
	case ed25519.PublicKey:
		b = append(b, `"crv":"Ed25519","kty":"OKP","x":"`...)
		b = encoding.AppendEncode(b, public)
	case *ecdsa.PublicKey:
		point, err := public.Bytes()
		if err != nil {
			return b // Check refuses it
		}
		half := (len(point) - 1) / 2
		b = append(b, `"crv":"`...)
		b = append(b, public.Curve.Params().Name...)
		b = append(b, `","kty":"EC","x":"`...)
		b = encoding.AppendEncode(b, point[1:1+half])
		b = append(b, `","y":"`...)
		b = encoding.AppendEncode(b, point[1+half:])
	case *rsa.PublicKey:
		b = append(b, `"e":"`...)
		b = encoding.AppendEncode(b, big.NewInt(int64(public.E)).Bytes())
		b = append(b, `","kty":"RSA","n":"`...)
		b = encoding.AppendEncode(b, public.N.Bytes())
	}
	return append(b, '"')
}
