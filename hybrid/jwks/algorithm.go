package jwks

import (
	"crypto"
	"crypto/elliptic"
	_ "crypto/sha256" // the hashes that the table names
	_ "crypto/sha512"
)

// Algorithm is the name of a signature algorithm in the header of a JWS and in the alg member of a key (RFC 7518 §3.1, RFC 8037 §3.1).
type Algorithm string

// The algorithms. There is no "none" and no HMAC: whoever checks could also sign.
const (
	EdDSA Algorithm = "EdDSA" // with Ed25519 only
	ES256 Algorithm = "ES256"
	ES384 Algorithm = "ES384"
	ES512 Algorithm = "ES512"
	RS256 Algorithm = "RS256"
	RS384 Algorithm = "RS384"
	RS512 Algorithm = "RS512"
	PS256 Algorithm = "PS256"
	PS384 Algorithm = "PS384"
	PS512 Algorithm = "PS512"
)

type family uint8

const (
	edwards family = iota + 1
	ellipticCurve
	rsaPKCS1
	rsaPSS
)

type method struct {
	family family
	hash   crypto.Hash
	curve  elliptic.Curve
	name   string // of the curve, as JWK spells it
}

var methods = map[Algorithm]method{
	EdDSA: {family: edwards, name: "Ed25519"},
	ES256: {ellipticCurve, crypto.SHA256, elliptic.P256(), "P-256"},
	ES384: {ellipticCurve, crypto.SHA384, elliptic.P384(), "P-384"},
	ES512: {ellipticCurve, crypto.SHA512, elliptic.P521(), "P-521"},
	RS256: {family: rsaPKCS1, hash: crypto.SHA256},
	RS384: {family: rsaPKCS1, hash: crypto.SHA384},
	RS512: {family: rsaPKCS1, hash: crypto.SHA512},
	PS256: {family: rsaPSS, hash: crypto.SHA256},
	PS384: {family: rsaPSS, hash: crypto.SHA384},
	PS512: {family: rsaPSS, hash: crypto.SHA512},
}

// ParseAlgorithm reads a name, case-sensitively. RFC 9864 calls EdDSA with Ed25519 "Ed25519": both names are read, as the one algorithm
// that they are; written is [EdDSA], the only one of the two that the verifiers in use know.
func ParseAlgorithm(name string) (Algorithm, bool) {
	if name == "Ed25519" {
		return EdDSA, true
	}
	_, ok := methods[Algorithm(name)]
	return Algorithm(name), ok
}
