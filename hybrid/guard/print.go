package guard

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"sync"

	"github.com/introspectd/introspectd/hybrid/jwks"
)

// print stands for a text in the memory, so that no token lies there.
type print [16]byte

// printer makes prints: a GMAC under a key that was made for this memory and is shown to nobody, as little as the prints are. Whoever does
// not know the key finds two texts with one print only by a chance of about 2^-120. It takes a quarter of the time of SHA-256, which
// for a token of 700 bytes would be most of what a remembered verdict costs.
type printer struct {
	mac    cipher.AEAD // nil where it may not be had: then it is SHA-256, cut
	spaces *sync.Pool
}

// space is where a text lies while it is read.
type space struct {
	text [jwks.MaxToken]byte
	sum  [16]byte
}

func newPrinter() printer {
	p := printer{spaces: &sync.Pool{New: func() any { return new(space) }}}
	var key [16]byte
	_, _ = rand.Read(key[:]) // ends the process where there is no randomness
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return p
	}
	if mac, err := cipher.NewGCM(block); err == nil { // refused in Go's "FIPS 140 only" mode
		p.mac = mac
	}
	return p
}

// The nonce is always the same: it has to differ only where somebody sees the sums.
var nonce [12]byte

// print is that of a text no longer than a token may be.
func (p *printer) print(text string) (out print) {
	s, _ := p.spaces.Get().(*space)
	n := copy(s.text[:], text)
	if p.mac == nil {
		sum := sha256.Sum256(s.text[:n])
		copy(out[:], sum[:])
	} else {
		copy(out[:], p.mac.Seal(s.sum[:0], nonce[:], nil, s.text[:n]))
	}
	clear(s.text[:n])
	p.spaces.Put(s)
	return out
}
