package jwks

import (
	"crypto/ed25519"
	"crypto/rsa"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
)

// curvePoint is for the test alone: affine addition on edwards25519, to check the table of small orders against the group itself.
type curvePoint struct{ x, y *big.Int }

func (p curvePoint) double() curvePoint {
	mod := func(n *big.Int) *big.Int { return n.Mod(n, fieldPrime) }
	xx, yy := mod(new(big.Int).Mul(p.x, p.x)), mod(new(big.Int).Mul(p.y, p.y))
	xy := mod(new(big.Int).Mul(p.x, p.y))
	dxy := mod(new(big.Int).Mul(curveD, new(big.Int).Mul(xx, yy)))
	over := func(n, d *big.Int) *big.Int { return mod(n.Mul(n, new(big.Int).ModInverse(mod(d), fieldPrime))) }
	return curvePoint{
		over(new(big.Int).Lsh(xy, 1), new(big.Int).Add(one, dxy)),
		over(new(big.Int).Add(yy, xx), new(big.Int).Sub(one, dxy)),
	}
}

func TestTheTableOfSmallOrdersIsTheGroups(t *testing.T) {
	for _, y := range smallOrder {
		yy := new(big.Int).Mul(y, y)
		u := new(big.Int).Sub(yy, one)
		v := new(big.Int).Add(new(big.Int).Mul(curveD, yy), one)
		u.Mul(u, v.ModInverse(v.Mod(v, fieldPrime), fieldPrime))
		x := new(big.Int).ModSqrt(u.Mod(u, fieldPrime), fieldPrime)
		if x == nil {
			t.Errorf("y = %x: not on the curve", y)
			continue
		}
		p := curvePoint{x, y}.double().double().double()
		if p.x.Sign() != 0 || p.y.Cmp(one) != 0 {
			t.Errorf("y = %x: eight times the point is not the neutral element", y)
		}
	}
	if len(smallOrder) != 5 {
		t.Errorf("%d ordinates, want those of 1, 1, 2 and 4 points: five", len(smallOrder))
	}
}

// TestKeysWithWhichOneSignatureVerifiesEverythingAreRefused is about import: crypto/ed25519 accepts signatures of such keys.
func TestKeysWithWhichOneSignatureVerifiesEverythingAreRefused(t *testing.T) {
	const builtIn = `[{"pub_key":"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa","message":"8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6",
		"signature":"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a0000000000000000000000000000000000000000000000000000000000000000"}]`
	var cases []struct {
		Message, Signature string
		PubKey             string `json:"pub_key"`
	}
	all := suite(t, "ed25519-speccheck/cases.json", builtIn, &cases)
	var refused, accepted []int
	for i, c := range cases {
		k := Key{ID: "k", Algorithm: EdDSA, Public: ed25519.PublicKey(unhex(t, c.PubKey))}
		if k.Check() != nil {
			refused = append(refused, i)
		}
		if k.Verify(unhex(t, c.Message), unhex(t, c.Signature)) {
			accepted = append(accepted, i)
		}
	}
	// 0 and 1: small order; 10 and 11: small order, written in a way that is not canonical. That leaves 2 and 3, whose keys are good: 2 has an R of
	// small order, which only the holder of the key can make, and 3 has parts of small order in both.
	wantRefused, wantAccepted := []int{0, 1, 10, 11}, []int{0, 1, 2, 3, 11}
	if !all {
		wantRefused, wantAccepted = []int{0}, []int{0}
	}
	if !slices.Equal(refused, wantRefused) || !slices.Equal(accepted, wantAccepted) || all && len(cases) != 12 {
		t.Errorf("%d cases: keys refused %v, signatures accepted %v; want %v, %v", len(cases), refused, accepted, wantRefused, wantAccepted)
	}
}

func TestSmallOrderAndUncanonicalKeysOfTheLargeCollection(t *testing.T) {
	const builtIn = `[{"number":0,"key":"0000000000000000000000000000000000000000000000000000000000000000","flags":["low_order_A"]},
		{"number":1,"key":"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a","flags":null}]`
	var cases []struct {
		Number        int
		Key, Sig, Msg string
		Flags         []string
	}
	all := suite(t, "cctv-ed25519/ed25519vectors.json", builtIn, &cases)
	count := map[string]int{}
	for _, c := range cases {
		k := Key{ID: "k", Algorithm: EdDSA, Public: ed25519.PublicKey(unhex(t, c.Key))}
		low := slices.Contains(c.Flags, "low_order_A")
		want := low || slices.Contains(c.Flags, "non_canonical_A")
		if err := k.Check(); (err != nil) != want {
			t.Errorf("vector %d %v: Check() = %v, want refusal %v", c.Number, c.Flags, err, want)
		}
		count["cases"]++
		if low {
			count["low"]++
		}
		if want {
			count["refused"]++
		}
		if verified := k.Verify([]byte(c.Msg), unhex(t, c.Sig)); verified && low {
			count["low, verified"]++
		} else if verified && !want {
			count["good, verified"]++
		}
	}
	want := map[string]int{"cases": 2, "low": 1, "refused": 1}
	if all { // what crypto/ed25519 was measured to accept: it is the import that keeps such keys out
		want = map[string]int{"cases": 914, "low": 526, "refused": 526, "low, verified": 122, "good, verified": 86}
	}
	if !maps.Equal(count, want) {
		t.Errorf("counted %v, want %v", count, want)
	}
}

func TestKeysOffTheCurveAreRefused(t *testing.T) {
	bad := 0
	for b := range byte(40) {
		raw := make([]byte, 32)
		raw[0], raw[5] = b, 7
		k := Key{ID: "k", Algorithm: EdDSA, Public: ed25519.PublicKey(raw)}
		off := !ed25519OnCurve(raw)
		if err := k.Check(); (err != nil) != off {
			t.Errorf("key %x: Check() = %v, want refusal %v", raw, err, off)
		}
		if off {
			bad++
		}
	}
	if bad == 0 || bad == 40 {
		t.Errorf("%d of 40 are off the curve: the test tests nothing", bad)
	}
}

// ed25519OnCurve asks the field: a square root exists or not.
func ed25519OnCurve(raw []byte) bool {
	y := ordinate(raw)
	yy := new(big.Int).Mul(y, y)
	u := new(big.Int).Sub(yy, one)
	v := new(big.Int).Add(new(big.Int).Mul(curveD, yy), one)
	u.Mul(u, v.ModInverse(v.Mod(v, fieldPrime), fieldPrime))
	return new(big.Int).ModSqrt(u.Mod(u, fieldPrime), fieldPrime) != nil
}

func TestRSAKeysOutsideTheBoundsAreRefused(t *testing.T) {
	odd := func(bits uint) *big.Int { return new(big.Int).Or(new(big.Int).Lsh(one, bits-1), one) }
	for _, c := range []struct {
		name string
		key  rsa.PublicKey
		want string
	}{
		{"1024 bits", rsa.PublicKey{N: odd(1024), E: 65537}, "1024 bits"},
		{"2047 bits", rsa.PublicKey{N: odd(2047), E: 65537}, "2047 bits"},
		{"16384 bits", rsa.PublicKey{N: odd(16384), E: 65537}, "16384 bits"},
		{"exponent 1", rsa.PublicKey{N: odd(2048), E: 1}, "exponent"},
		{"exponent 4", rsa.PublicKey{N: odd(2048), E: 4}, "exponent"},
		{"even modulus", rsa.PublicKey{N: new(big.Int).Lsh(one, 2047), E: 3}, "even"},
		{"2048 bits", rsa.PublicKey{N: odd(2048), E: 3}, ""},
		{"8192 bits", rsa.PublicKey{N: odd(8192), E: 65537}, ""},
	} {
		k := Key{ID: "k", Algorithm: RS256, Public: &c.key}
		err := k.Check()
		if got := err == nil; got != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Check() = %v, want %q", c.name, err, c.want)
		}
	}
}
