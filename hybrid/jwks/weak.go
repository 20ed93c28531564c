package jwks

import (
	"crypto/ed25519"
	"errors"
	"math/big"
	"slices"
)

// checkEdwards refuses keys of small order: with them one signature verifies every message, and crypto/ed25519 accepts it. It also refuses
// encodings that are not canonical or not on the curve (RFC 8032 §5.1.3), so that a key has one spelling and one thumbprint.
func checkEdwards(public ed25519.PublicKey) error {
	if len(public) != ed25519.PublicKeySize {
		return errors.New("Ed25519 key is not 32 bytes long")
	}
	y := ordinate(public)
	if y.Cmp(fieldPrime) >= 0 {
		return errors.New("Ed25519 key is not in canonical form")
	}
	for _, low := range smallOrder {
		if y.Cmp(low) == 0 {
			return errors.New("Ed25519 key is of small order")
		}
	}
	// x² = (y² - 1) / (d·y² + 1) must be a square. x = 0, where the sign would matter, has small order and is gone already.
	y2 := new(big.Int).Mul(y, y)
	u := new(big.Int).Sub(y2, one)
	v := new(big.Int).Mul(curveD, y2)
	v.Add(v, one).ModInverse(v.Mod(v, fieldPrime), fieldPrime) // never 0: -1/d is not a square
	if big.Jacobi(u.Mul(u, v).Mod(u, fieldPrime), fieldPrime) < 0 {
		return errors.New("Ed25519 key is not on the curve")
	}
	return nil
}

// ordinate is y, without the sign bit of x.
func ordinate(public ed25519.PublicKey) *big.Int {
	b := slices.Clone(public)
	slices.Reverse(b)
	b[0] &= 0x7f
	return new(big.Int).SetBytes(b)
}

var (
	one        = big.NewInt(1)
	fieldPrime = number("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed")
	curveD     = number("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3")

	// smallOrder are the ordinates of the eight points whose order divides 8.
	smallOrder = []*big.Int{
		new(big.Int),                      // order 4
		one,                               // order 1
		new(big.Int).Sub(fieldPrime, one), // order 2
		number("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7"), // order 8
		number("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826"), // order 8
	}
)

func number(hex string) *big.Int {
	n, _ := new(big.Int).SetString(hex, 16)
	return n
}

// weakPrimes knows moduli whose primes came from one well-known faulty generator: modulo every small prime they are a power of 65537. A
// good modulus is so with a probability below 2^-27.
func weakPrimes(n *big.Int) bool {
	for _, prime := range []int64{
		3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137,
		139, 149, 151, 157, 163, 167,
	} {
		if !powerOfF4(new(big.Int).Mod(n, big.NewInt(prime)).Int64(), prime) {
			return false
		}
	}
	return true
}

func powerOfF4(rest, prime int64) bool {
	for power, i := int64(1), int64(0); i < prime; i++ {
		if power == rest {
			return true
		}
		power = power * 65537 % prime
	}
	return false
}
