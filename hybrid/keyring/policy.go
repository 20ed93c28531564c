package keyring

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/session"
)

// Record is a key at rest.
type Record struct {
	ID          string // kid: the RFC 7638 thumbprint
	Algorithm   jwks.Algorithm
	Sealed      []byte // the private key, see [Sealer]
	PublishedAt session.Date
	SignsFrom   session.Date // it signs from then until the next key does
}

// State is where a key is in its life.
type State uint8

// The states, in order.
const (
	Published State = iota + 1
	Signing
	Retiring
	Gone
)

// String is the state's name.
func (s State) String() string {
	names := [...]string{Published: "published", Signing: "signing", Retiring: "retiring", Gone: "gone"}
	if s == 0 || int(s) >= len(names) {
		return "unknown"
	}
	return names[s]
}

// Policy says how keys follow one another. Zero fields have the defaults named beside them.
type Policy struct {
	Algorithm jwks.Algorithm // EdDSA: of new keys. ES256 and RS256 are the others.
	Lead      time.Duration  // 1 h: a key is published for so long before it signs; longer than verifiers keep a set
	TokenLife time.Duration  // 5 min: the longest life of a token, leeway included
	Margin    time.Duration  // 1 h: a key stays published for so long after the last token that it signed is dead
	Period    time.Duration  // 0, never: a key signs for so long before the next one takes over by itself
}

// maxKeys bounds the list: a ring that holds more rotates faster than its keys retire.
const maxKeys = 16

// withDefaults checks a policy and fills it in.
func (p Policy) withDefaults() (Policy, error) {
	p.Algorithm = cmp.Or(p.Algorithm, jwks.EdDSA)
	p.Lead = cmp.Or(p.Lead, time.Hour)
	p.TokenLife = cmp.Or(p.TokenLife, 5*time.Minute)
	p.Margin = cmp.Or(p.Margin, time.Hour)
	switch {
	case !signable(p.Algorithm):
		return p, fmt.Errorf("signing algorithm %q is not one of EdDSA, ES256, RS256", p.Algorithm)
	case p.Lead < time.Second || p.TokenLife < time.Second || p.Margin < time.Second:
		return p, errors.New("lead, token life and margin of a key ring are at least one second")
	case p.Period != 0 && p.Period < 2*p.Lead+p.keep():
		return p, errors.New("keys would follow one another faster than they retire: the period is too short")
	}
	return p, nil
}

// keep is for how long a key stays in the set after it stopped signing.
func (p Policy) keep() time.Duration { return p.TokenLife + p.Margin }

// signing is the index of the key that signs, of a list in order: the last that may, else the first. -1: there is none.
func signing(keys []Record, at time.Time) int {
	for i := len(keys) - 1; i > 0; i-- {
		if keys[i].SignsFrom.Passed(at) {
			return i
		}
	}
	return min(len(keys), 1) - 1
}

// inOrder sorts by when the keys sign; the id decides between keys of the same second, so that all processes agree.
func inOrder(keys []Record) []Record {
	sorted := slices.Clone(keys)
	slices.SortFunc(sorted, func(a, b Record) int {
		return cmp.Or(cmp.Compare(a.SignsFrom, b.SignsFrom), cmp.Compare(a.ID, b.ID))
	})
	return sorted
}

// State is that of the i-th key of a list in order.
func (p Policy) State(keys []Record, i int, at time.Time) State {
	switch s := signing(keys, at); {
	case i > s:
		return Published
	case i == s:
		return Signing
	case !at.Before(keys[i+1].SignsFrom.Time().Add(p.keep())):
		return Gone
	}
	return Retiring
}

// Plan is what a list of keys needs.
type Plan struct {
	Add       bool // a new key
	SignsFrom session.Date
	Remove    []string // keys that are gone
}

// Empty reports whether nothing needs to be done.
func (p Plan) Empty() bool { return !p.Add && len(p.Remove) == 0 }

// Plan decides: the first key signs at once; a later one is added a lead before it is due, or when another algorithm was configured. While
// one is waiting no other is added.
func (p Policy) Plan(keys []Record, at time.Time) Plan {
	keys = inOrder(keys)
	if len(keys) == 0 {
		return Plan{Add: true, SignsFrom: session.DateOf(at)}
	}
	var plan Plan
	for i := range keys {
		if p.State(keys, i, at) == Gone {
			plan.Remove = append(plan.Remove, keys[i].ID)
		}
	}
	last := keys[len(keys)-1]
	if p.State(keys, len(keys)-1, at) == Published {
		return plan
	}
	soonest := session.DateOf(at.Add(p.Lead))
	due := last.SignsFrom.Time().Add(p.Period)
	switch {
	case last.Algorithm != p.Algorithm:
		plan.Add, plan.SignsFrom = true, soonest
	case p.Period > 0 && !at.Before(due.Add(-p.Lead)):
		plan.Add, plan.SignsFrom = true, max(soonest, session.DateOf(due))
	}
	return plan
}
