package jwks

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// ParseKey reads one JWK (RFC 7517 §4), a public key for signatures.
func ParseKey(data []byte) (Key, error) {
	object, err := ParseObject(data)
	if err != nil {
		return Key{}, err
	}
	return parseKey(object)
}

func parseKey(jwk Object) (Key, error) {
	if err := checkPurpose(jwk); err != nil {
		return Key{}, err
	}
	for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
		if jwk.Has(name) {
			return Key{}, errors.New("holds private members: whoever published it has given the key away")
		}
	}
	key, err := parsePublic(jwk)
	if err != nil {
		return Key{}, err
	}
	if value := jwk.Value("alg"); value.Exists() {
		name, _ := value.Text()
		algorithm, ok := ParseAlgorithm(name)
		if !ok {
			return Key{}, errors.New("algorithm is not supported")
		}
		key.Algorithm = algorithm
	}
	if value := jwk.Value("kid"); value.Exists() {
		id, ok := value.Text()
		if !ok || !ValidKeyID(id) {
			return Key{}, errors.New("kid is not short printable ASCII")
		}
		key.ID = id
	}
	return key, key.Check()
}

// checkPurpose refuses keys that are meant for something else (RFC 7517 §4.2, §4.3).
func checkPurpose(jwk Object) error {
	if value := jwk.Value("use"); value.Exists() {
		if use, ok := value.Text(); !ok || use != "sig" {
			return errors.New("use is not sig")
		}
	}
	if value := jwk.Value("key_ops"); value.Exists() {
		if ops, ok := value.Texts(); !ok || !slices.Contains(ops, "verify") {
			return errors.New("key_ops does not include verify")
		}
	}
	return nil
}

// parsePublic reads the members that define the key, and gives it the algorithm that it is for when nothing else is said.
func parsePublic(jwk Object) (Key, error) {
	kind, _ := jwk.Value("kty").Text()
	curve, _ := jwk.Value("crv").Text()
	switch {
	case kind == "OKP" && curve == "Ed25519":
		x, ok := member(jwk, "x")
		if !ok {
			return Key{}, errMember
		}
		return Key{Algorithm: EdDSA, Public: ed25519.PublicKey(x)}, nil
	case kind == "EC":
		for _, algorithm := range []Algorithm{ES256, ES384, ES512} {
			if m := methods[algorithm]; m.name == curve {
				public, err := parsePoint(jwk, m.curve)
				return Key{Algorithm: algorithm, Public: public}, err
			}
		}
	case kind == "RSA":
		public, err := parseRSA(jwk)
		return Key{Algorithm: RS256, Public: public}, err
	}
	return Key{}, errors.New("key type or curve is not supported")
}

var errMember = errors.New("a member is missing or not canonical base64url")

func member(jwk Object, name string) ([]byte, bool) {
	text, ok := jwk.Value(name).Text()
	if !ok || text == "" {
		return nil, false
	}
	return decode(nil, []byte(text))
}

func parsePoint(jwk Object, curve elliptic.Curve) (*ecdsa.PublicKey, error) {
	size := (curve.Params().BitSize + 7) / 8
	x, okX := member(jwk, "x")
	y, okY := member(jwk, "y")
	if !okX || !okY || len(x) != size || len(y) != size { // RFC 7518 §6.2.1.2: full length
		return nil, errMember
	}
	public, err := ecdsa.ParseUncompressedPublicKey(curve, slices.Concat([]byte{4}, x, y))
	if err != nil {
		return nil, errors.New("point is not on the curve")
	}
	return public, nil
}

func parseRSA(jwk Object) (*rsa.PublicKey, error) {
	n, okN := member(jwk, "n")
	e, okE := member(jwk, "e")
	// RFC 7518 §2: as few octets as possible, so that one key has one thumbprint.
	if !okN || !okE || n[0] == 0 || e[0] == 0 {
		return nil, errMember
	}
	if len(n) > maxRSABits/8 || len(e) > 4 {
		return nil, fmt.Errorf("RSA modulus over %d bits or exponent over 32", maxRSABits)
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, nil
}

// appendJSON writes kid, alg and use beside the key. Clients choose a key by all three and want alg to be the very name in the token's
// header, which is why an Ed25519 key says "EdDSA" there and not the newer "Ed25519".
func (k *Key) appendJSON(b []byte) []byte {
	b = k.appendMembers(append(b, '{'))
	id, _ := json.Marshal(k.ID)
	b = append(append(b, `,"kid":`...), id...)
	b = append(append(b, `,"alg":"`...), k.Algorithm...)
	return append(b, `","use":"sig"}`...)
}
