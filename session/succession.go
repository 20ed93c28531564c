package session

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
)

// Succession derives the tokens that follow a refresh token. They are an HMAC of the predecessor under a server key, not random: a client
// whose answer was lost asks again and gets the same pair, although the server keeps nothing but digests.
type Succession struct{ keys [][]byte }

// Format says how many keys there are and nothing of them.
func (s Succession) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "succession with %d server keys", len(s.keys))
}

// Pair is an access token and the refresh token beside it, as their holder gets them.
type Pair struct{ Access, Refresh Handle }

// PairDigest is what the store sees of a [Pair].
type PairDigest struct{ Access, Refresh Digest }

// NewSuccession takes the server's keys, 32 bytes or more each: the first derives, and all are tried for a retry, so that changing the key
// does not turn a retry into a reuse.
func NewSuccession(keys ...[]byte) (*Succession, error) {
	if len(keys) == 0 {
		return nil, errors.New("succession: no server key")
	}
	for _, k := range keys {
		if len(k) < sha256.Size {
			return nil, errors.New("succession: a server key is shorter than 32 bytes")
		}
	}
	return &Succession{keys}, nil
}

// After lists the pair that follows predecessor, under each key in turn.
func (s *Succession) After(predecessor Handle) []Pair {
	pairs := make([]Pair, len(s.keys))
	for i, key := range s.keys {
		pairs[i] = Pair{
			Access:  derive(key, Access, predecessor),
			Refresh: derive(key, Refresh, predecessor),
		}
	}
	return pairs
}

func derive(key []byte, kind Kind, predecessor Handle) Handle {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("introspectd successor " + prefixes[kind] + " of "))
	mac.Write([]byte(predecessor.text))
	return handleOf(kind, [32]byte(mac.Sum(nil)))
}

func digests(pairs []Pair) []PairDigest {
	out := make([]PairDigest, len(pairs))
	for i, p := range pairs {
		out[i] = PairDigest{p.Access.Digest(), p.Refresh.Digest()}
	}
	return out
}
